/* A file layer that fails, cuts short and forgets: LD_PRELOAD it into a server to see what survives.
 *
 * Everything that changes a file or a directory below FAULTFS_DIR is counted, once the test has armed it, and
 * remembered until it is synced. What the environment says:
 *
 *   FAULTFS_DIR     the folder that is watched (an absolute path without symbolic links)
 *   FAULTFS_SIDE    a folder beside it, on the same file system: unlinked files are held there until their directory is synced
 *   FAULTFS_STATE   a file of 64 octets that test and server share, see `struct state`
 *   FAULTFS_MODE    count       only count
 *                   eio         operation FAULTFS_AT fails with EIO; a sync that fails so has LOST what it should have synced
 *                   eio-on      that one and all after it
 *                   enospc      operation FAULTFS_AT fails with ENOSPC
 *                   enospc-on   that one, and from then on everything that needs more room
 *                   short       operation FAULTFS_AT, if a write, is done by half; from then on there is no room
 *                   crash       just before operation FAULTFS_AT all that is not synced is dropped and the process is gone
 *                   crash-some  the same, but of what was not synced some blocks have reached the disk (FAULTFS_SEED chooses)
 *   FAULTFS_AT      1 is the first operation after arming
 *   FAULTFS_BAD     NAME:OFFSET: the sector of 4096 octets around that place of the file of that name below the folder, which the
 *                   disk does not give back: reading it fails with EIO. Not counted, and independent of the mode
 *
 * The model is stricter than any one file system, and within what POSIX allows: data lives from fsync or fdatasync (or a write
 * with O_SYNC, O_DSYNC, RWF_SYNC, RWF_DSYNC, for the blocks it touched); a new, renamed or removed name lives from the fsync
 * of its directory. sync_file_range promises nothing. Files that end in -shm are SQLite's shared memory: gone after a crash.
 *
 * Files whose names begin with search.db are left alone: they are made anew from the rest.
 *
 * Operations are serialized by one lock, so that "before operation N" means one state of the disk.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096
#define CRASHED 87

/* ------------------------------------------------------------------ what is shared with the test */

struct state {
    volatile uint64_t armed;     /* the test writes 1: from now on operations are counted */
    volatile uint64_t count;     /* operations so far */
    volatile uint64_t injected;  /* faults so far */
    volatile uint64_t full;      /* the test writes 1: no room for anything that grows, 0: room again */
    volatile char last[32];      /* name of the operation that was hit */
};

enum mode { MODE_COUNT, MODE_EIO, MODE_EIO_ON, MODE_ENOSPC, MODE_ENOSPC_ON, MODE_SHORT, MODE_CRASH, MODE_CRASH_SOME };

static struct state own_state, *state = &own_state;
static enum mode mode = MODE_COUNT;
static uint64_t at, seed;
static char watched[PATH_MAX], side[PATH_MAX];
static size_t watched_length;
static char bad_path[PATH_MAX];
static off_t bad_start = -1;
static int ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ------------------------------------------------------------------ the real calls */

#define REAL(name) static __typeof__(name) *real_##name
REAL(open);
REAL(openat);
REAL(pread);
REAL(write);
REAL(pwrite);
REAL(writev);
REAL(pwritev);
REAL(pwritev2);
REAL(fsync);
REAL(fdatasync);
REAL(sync_file_range);
REAL(ftruncate);
REAL(truncate);
REAL(fallocate);
REAL(posix_fallocate);
REAL(copy_file_range);
REAL(rename);
REAL(renameat);
REAL(renameat2);
REAL(unlink);
REAL(unlinkat);
REAL(rmdir);
REAL(mkdir);
REAL(mkdirat);
REAL(link);
REAL(linkat);

static void die(const char *what)
{
    dprintf(2, "faultfs: %s: %s\n", what, strerror(errno));
    _exit(88);
}

__attribute__((constructor)) static void begin(void)
{
    if (ready) return;
#define FIND(name) real_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
    FIND(open);
    FIND(openat);
    FIND(pread);
    FIND(write);
    FIND(pwrite);
    FIND(writev);
    FIND(pwritev);
    FIND(pwritev2);
    FIND(fsync);
    FIND(fdatasync);
    FIND(sync_file_range);
    FIND(ftruncate);
    FIND(truncate);
    FIND(fallocate);
    FIND(posix_fallocate);
    FIND(copy_file_range);
    FIND(rename);
    FIND(renameat);
    FIND(renameat2);
    FIND(unlink);
    FIND(unlinkat);
    FIND(rmdir);
    FIND(mkdir);
    FIND(mkdirat);
    FIND(link);
    FIND(linkat);
    ready = 1;

    const char *directory = getenv("FAULTFS_DIR");
    if (!directory) return;
    snprintf(watched, sizeof watched, "%s", directory);
    watched_length = strlen(watched);
    const char *beside = getenv("FAULTFS_SIDE");
    if (!beside) die("FAULTFS_SIDE is missing");
    snprintf(side, sizeof side, "%s", beside);

    const char *bad = getenv("FAULTFS_BAD");
    if (bad) {
        const char *colon = strrchr(bad, ':');
        if (!colon) die("FAULTFS_BAD is no NAME:OFFSET");
        int length = snprintf(bad_path, sizeof bad_path, "%s/%.*s", watched, (int)(colon - bad), bad);
        if (length < 0 || (size_t)length >= sizeof bad_path) die("FAULTFS_BAD is too long");
        bad_start = strtoll(colon + 1, NULL, 10) / BLOCK * BLOCK;
    }

    const char *shared = getenv("FAULTFS_STATE");
    if (shared) {
        int file = real_open(shared, O_RDWR | O_CLOEXEC);
        if (file < 0) die(shared);
        void *map = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map == MAP_FAILED) die("mmap");
        state = map;
        close(file);
    } else {
        state->armed = 1;
    }
    static const char *const names[] = {"count", "eio", "eio-on", "enospc", "enospc-on", "short", "crash", "crash-some"};
    const char *wanted = getenv("FAULTFS_MODE");
    if (wanted) {
        size_t index = 0;
        while (index < sizeof names / sizeof *names && strcmp(names[index], wanted) != 0) index++;
        if (index == sizeof names / sizeof *names) {
            errno = EINVAL;
            die(wanted);
        }
        mode = (enum mode)index;
    }
    const char *number = getenv("FAULTFS_AT");
    at = number ? strtoull(number, NULL, 10) : 0;
    number = getenv("FAULTFS_SEED");
    seed = number ? strtoull(number, NULL, 10) : 1;
}

/* ------------------------------------------------------------------ files: what was in a block when it was last synced */

struct block {
    struct block *next;
    off_t index;
    unsigned char *old; /* NULL: it was not there, or all zero */
};

struct file {
    struct file *next;
    dev_t device;
    ino_t inode;
    int own;           /* our own descriptor, never closed: closing would drop the process's POSIX locks on the file */
    off_t synced_size; /* the size that a crash goes back to */
    struct block *blocks[1024];
};

static struct file *files;

static int is_below(const char *path)
{
    if (watched_length == 0 || strncmp(path, watched, watched_length) != 0) return 0;
    if (path[watched_length] != '/' && path[watched_length] != 0) return 0;
    /* The search index may be lost at any time, and what fails there fails a search and no more. */
    return strncmp(path + watched_length, "/search.db", 10) != 0;
}

static int is_shared_memory(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int path_of(int fd, char *path)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static struct file *known_file(const struct stat *about)
{
    for (struct file *file = files; file; file = file->next)
        if (file->device == about->st_dev && file->inode == about->st_ino) return file;
    return NULL;
}

/* The watched file behind a descriptor, or NULL. Called with the lock held. */
static struct file *file_of(int fd)
{
    struct stat about;
    if (watched_length == 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return NULL;
    struct file *file = known_file(&about);
    if (file) return file;
    char path[PATH_MAX];
    if (!path_of(fd, path) || !is_below(path) || is_shared_memory(path)) return NULL;
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int own = real_open(name, O_RDWR | O_CLOEXEC);
    if (own < 0) return NULL;
    file = calloc(1, sizeof *file);
    if (!file) die("calloc");
    file->device = about.st_dev;
    file->inode = about.st_ino;
    file->own = own;
    file->synced_size = about.st_size; /* what was there before we came counts as synced */
    file->next = files;
    files = file;
    return file;
}

static off_t size_of(struct file *file)
{
    struct stat about;
    if (fstat(file->own, &about) != 0) die("fstat");
    return about.st_size;
}

static struct block **slot_of(struct file *file, off_t index)
{
    struct block **slot = &file->blocks[index % 1024];
    while (*slot && (*slot)->index != index) slot = &(*slot)->next;
    return slot;
}

/* Before `length` octets at `offset` are changed: keeps what the blocks hold. */
static void keep(struct file *file, off_t offset, off_t length)
{
    if (length <= 0) return;
    off_t size = size_of(file);
    for (off_t index = offset / BLOCK; index <= (offset + length - 1) / BLOCK; index++) {
        struct block **slot = slot_of(file, index);
        if (*slot) continue;
        struct block *block = calloc(1, sizeof *block);
        if (!block) die("calloc");
        block->index = index;
        if (index * BLOCK < size) {
            block->old = calloc(1, BLOCK);
            if (!block->old) die("calloc");
            ssize_t got = real_pread(file->own, block->old, BLOCK, index * BLOCK);
            if (got < 0) die("pread");
        }
        *slot = block;
    }
}

static void forget(struct block **slot)
{
    struct block *block = *slot;
    *slot = block->next;
    free(block->old);
    free(block);
}

static void synced_range(struct file *file, off_t offset, off_t length)
{
    if (length <= 0) return;
    for (off_t index = offset / BLOCK; index <= (offset + length - 1) / BLOCK; index++) {
        struct block **slot = slot_of(file, index);
        if (*slot) forget(slot);
    }
    if (offset + length > file->synced_size) file->synced_size = offset + length;
}

static void synced_file(struct file *file)
{
    for (int bucket = 0; bucket < 1024; bucket++)
        while (file->blocks[bucket]) forget(&file->blocks[bucket]);
    file->synced_size = size_of(file);
}

/* Whether an unsynced block has reached the disk all the same. */
static int lucky(struct file *file, off_t index)
{
    uint64_t mix = seed * 0x9E3779B97F4A7C15u ^ (uint64_t)file->inode * 0xBF58476D1CE4E5B9u ^ (uint64_t)index * 0x94D049BB133111EBu;
    mix ^= mix >> 29;
    mix *= 0xBF58476D1CE4E5B9u;
    mix ^= mix >> 32;
    return (int)(mix & 1);
}

/* Puts the file back to what is synced. `some`: except the blocks that had luck. */
static void drop(struct file *file, int some)
{
    off_t size = file->synced_size, now = size_of(file);
    if (some) {
        for (int bucket = 0; bucket < 1024; bucket++)
            for (struct block *block = file->blocks[bucket]; block; block = block->next)
                if (lucky(file, block->index)) {
                    off_t end = (block->index + 1) * BLOCK;
                    if (end > now) end = now;
                    if (end > size) size = end;
                }
    }
    if (real_ftruncate(file->own, size) != 0) die("ftruncate");
    static const unsigned char zeros[BLOCK];
    for (int bucket = 0; bucket < 1024; bucket++)
        while (file->blocks[bucket]) {
            struct block *block = file->blocks[bucket];
            off_t start = block->index * BLOCK;
            off_t length = size - start < BLOCK ? size - start : BLOCK;
            if (length > 0 && !(some && start < now && lucky(file, block->index)))
                if (real_pwrite(file->own, block->old ? block->old : zeros, (size_t)length, start) != length) die("pwrite");
            forget(&file->blocks[bucket]);
        }
    file->synced_size = size;
}

/* ------------------------------------------------------------------ names: what was done to directories since their last fsync */

enum change { CREATED, REMOVED, RENAMED, MADE_DIRECTORY, REMOVED_DIRECTORY };

struct name {
    struct name *next;   /* the one before it in time */
    enum change change;
    char *path, *target; /* RENAMED: from path to target */
    char *held;          /* a hard link in the side folder to what was removed or replaced */
    dev_t device;
    ino_t inode;
};

static struct name *names;
static unsigned long held_count;

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (!copy) die("strdup");
    return copy;
}

/* An absolute path for (directory descriptor, name); without the last component being looked at. */
static int absolute(int directory, const char *path, char *result)
{
    char base[PATH_MAX], joined[PATH_MAX * 2];
    if (path[0] == '/') {
        snprintf(joined, sizeof joined, "%s", path);
    } else {
        if (directory == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else if (!path_of(directory, base)) {
            return 0;
        }
        snprintf(joined, sizeof joined, "%s/%s", base, path);
    }
    char *last = strrchr(joined, '/');
    if (!last) return 0;
    char tail[NAME_MAX + 1];
    snprintf(tail, sizeof tail, "%s", last + 1);
    *last = 0;
    char resolved[PATH_MAX];
    if (!realpath(joined[0] ? joined : "/", resolved)) return 0;
    int length = snprintf(result, PATH_MAX, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved, tail);
    return length < PATH_MAX;
}

static struct name *note(enum change change, const char *path, const char *target)
{
    struct name *name = calloc(1, sizeof *name);
    if (!name) die("calloc");
    name->change = change;
    name->path = copy_of(path);
    if (target) name->target = copy_of(target);
    name->next = names;
    names = name;
    return name;
}

static void forget_name(struct name *name)
{
    if (name->held) {
        real_unlink(name->held);
        free(name->held);
    }
    free(name->path);
    free(name->target);
    free(name);
}

/* Holds on to the file at `path` before its name goes away. */
static char *hold(const char *path)
{
    struct stat about;
    if (lstat(path, &about) != 0 || S_ISDIR(about.st_mode)) return NULL;
    char held[PATH_MAX + 32];
    snprintf(held, sizeof held, "%s/%d-%lu", side, (int)getpid(), ++held_count);
    if (real_link(path, held) != 0) die("link into the side folder");
    return copy_of(held);
}

static int is_directly_in(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && path[length] == '/' && !strchr(path + length + 1, '/');
}

static void synced_directory(const char *directory)
{
    struct name **slot = &names;
    while (*slot) {
        struct name *name = *slot;
        if (is_directly_in(name->target ? name->target : name->path, directory)) {
            *slot = name->next;
            forget_name(name);
        } else {
            slot = &name->next;
        }
    }
}

static void remove_tree(const char *path)
{
    DIR *directory = opendir(path);
    if (directory) {
        struct dirent *entry;
        while ((entry = readdir(directory))) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
            char inner[PATH_MAX * 2];
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            remove_tree(inner);
        }
        closedir(directory);
        real_rmdir(path);
    } else {
        real_unlink(path);
    }
}

static void undo_names(void)
{
    struct stat about;
    for (struct name *name = names; name; name = name->next) {
        switch (name->change) {
        case CREATED:
            if (lstat(name->path, &about) == 0 && about.st_ino == name->inode && about.st_dev == name->device) real_unlink(name->path);
            break;
        case REMOVED:
            if (name->held && real_rename(name->held, name->path) != 0) die("bringing a removed file back");
            break;
        case RENAMED:
            if (real_rename(name->target, name->path) != 0 && errno != ENOENT) die("renaming back");
            if (name->held && real_rename(name->held, name->target) != 0) die("bringing a replaced file back");
            break;
        case MADE_DIRECTORY:
            remove_tree(name->path);
            break;
        case REMOVED_DIRECTORY:
            real_mkdir(name->path, 0700);
            break;
        }
    }
}

static void remove_shared_memory(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) return;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char inner[PATH_MAX * 2];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        struct stat about;
        if (lstat(inner, &about) != 0) continue;
        if (S_ISDIR(about.st_mode)) remove_shared_memory(inner);
        else if (is_shared_memory(inner)) real_unlink(inner);
    }
    closedir(directory);
}

static void crash(int some)
{
    for (struct file *file = files; file; file = file->next) drop(file, some);
    undo_names();
    remove_shared_memory(watched);
    _exit(CRASHED);
}

/* ------------------------------------------------------------------ the fault */

enum kind { KIND_WRITE, KIND_GROW, KIND_SYNC, KIND_NAME };
enum verdict { GO_ON, FAIL, CUT };

/* Called with the lock held before each operation below the watched folder. `grows`: it needs more room on the disk. */
static enum verdict judge(const char *operation, enum kind kind, int grows)
{
    if (state->full && grows) {
        errno = ENOSPC;
        return FAIL;
    }
    if (!state->armed) return GO_ON;
    uint64_t number = ++state->count;
    int hit = number == at, later = at > 0 && number > at;
    if (!hit && !later) return GO_ON;
    enum verdict verdict = GO_ON;
    switch (mode) {
    case MODE_COUNT:
        return GO_ON;
    case MODE_EIO:
    case MODE_EIO_ON:
        if (hit || mode == MODE_EIO_ON) {
            errno = EIO;
            verdict = FAIL;
        }
        break;
    case MODE_ENOSPC:
    case MODE_ENOSPC_ON:
        if (hit || (mode == MODE_ENOSPC_ON && grows)) {
            errno = ENOSPC;
            verdict = FAIL;
        }
        break;
    case MODE_SHORT:
        if (hit && kind == KIND_WRITE) {
            verdict = CUT;
        } else if (hit || grows) {
            errno = ENOSPC;
            verdict = FAIL;
        }
        break;
    case MODE_CRASH:
    case MODE_CRASH_SOME:
        if (hit) {
            state->injected++;
            snprintf((char *)state->last, sizeof state->last, "%s", operation);
            crash(mode == MODE_CRASH_SOME);
        }
        break;
    }
    if (verdict != GO_ON) {
        int kept = errno;
        if (state->injected++ == 0) snprintf((char *)state->last, sizeof state->last, "%s", operation);
        errno = kept;
    }
    return verdict;
}

#define LOCKED(result, body)            \
    do {                                \
        if (!ready) begin();            \
        pthread_mutex_lock(&lock);      \
        body;                           \
        int kept_errno = errno;         \
        pthread_mutex_unlock(&lock);    \
        errno = kept_errno;             \
        return result;                  \
    } while (0)

/* ------------------------------------------------------------------ reading */

/* As a disk does it: what stands before the bad sector is given, the next read fails. */
ssize_t pread(int fd, void *octets, size_t length, off_t offset)
{
    if (!ready) begin();
    char path[PATH_MAX];
    if (bad_start >= 0 && length > 0 && offset < bad_start + BLOCK && offset + (off_t)length > bad_start && path_of(fd, path)
        && strcmp(path, bad_path) == 0) {
        if (offset >= bad_start) {
            errno = EIO;
            return -1;
        }
        length = (size_t)(bad_start - offset);
    }
    return real_pread(fd, octets, length, offset);
}

ssize_t pread64(int fd, void *octets, size_t length, off64_t offset) { return pread(fd, octets, length, offset); }

/* ------------------------------------------------------------------ writing */

static size_t total(const struct iovec *parts, int count)
{
    size_t sum = 0;
    for (int index = 0; index < count; index++) sum += parts[index].iov_len;
    return sum;
}

/* All writes come here as (parts, offset or -1 for the descriptor's own). */
static ssize_t any_write(const char *operation, int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    struct file *file = file_of(fd);
    if (!file) return offset < 0 && flags == 0 ? real_writev(fd, parts, count) : real_pwritev2(fd, parts, count, offset, flags);
    int status = fcntl(fd, F_GETFL);
    off_t size = size_of(file);
    off_t start = offset >= 0 ? offset : (status & O_APPEND) ? size : lseek(fd, 0, SEEK_CUR);
    size_t length = total(parts, count);
    struct iovec half;
    switch (judge(operation, KIND_WRITE, start + (off_t)length > size)) {
    case FAIL:
        return -1;
    case CUT:
        half = parts[0];
        if (count > 1 || half.iov_len < 2) count = 1;
        else half.iov_len /= 2;
        parts = &half;
        length = half.iov_len;
        break;
    case GO_ON:
        break;
    }
    keep(file, start, (off_t)length);
    ssize_t done = offset < 0 && flags == 0 ? real_writev(fd, parts, count) : real_pwritev2(fd, parts, count, offset, flags);
    if (done > 0 && ((status & (O_SYNC | O_DSYNC)) || (flags & (RWF_SYNC | RWF_DSYNC)))) synced_range(file, start, done);
    return done;
}

ssize_t write(int fd, const void *octets, size_t length)
{
    if (!ready) begin();
    if (watched_length == 0) return real_write(fd, octets, length);
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return real_write(fd, octets, length);
    struct iovec part = {.iov_base = (void *)octets, .iov_len = length};
    ssize_t done;
    LOCKED(done, done = any_write("write", fd, &part, 1, -1, 0));
}

ssize_t pwrite(int fd, const void *octets, size_t length, off_t offset)
{
    struct iovec part = {.iov_base = (void *)octets, .iov_len = length};
    ssize_t done;
    LOCKED(done, done = any_write("pwrite", fd, &part, 1, offset, 0));
}

ssize_t pwrite64(int fd, const void *octets, size_t length, off64_t offset)
{
    return pwrite(fd, octets, length, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!ready) begin();
    struct stat about;
    if (watched_length == 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return real_writev(fd, parts, count);
    ssize_t done;
    LOCKED(done, done = any_write("writev", fd, parts, count, -1, 0));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    ssize_t done;
    LOCKED(done, done = any_write("pwritev", fd, parts, count, offset, 0));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(fd, parts, count, offset);
}

ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    ssize_t done;
    LOCKED(done, done = any_write("pwritev2", fd, parts, count, offset, flags));
}

ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
    return pwritev2(fd, parts, count, offset, flags);
}

static ssize_t any_copy(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags)
{
    struct file *file = file_of(out);
    if (file) {
        off_t start = out_offset ? *out_offset : lseek(out, 0, SEEK_CUR);
        if (judge("copy_file_range", KIND_GROW, start + (off_t)length > size_of(file)) == FAIL) return -1;
        keep(file, start, (off_t)length);
    }
    return real_copy_file_range(in, in_offset, out, out_offset, length, flags);
}

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags)
{
    ssize_t done;
    LOCKED(done, done = any_copy(in, in_offset, out, out_offset, length, flags));
}

/* ------------------------------------------------------------------ sizes */

static int any_truncate(struct file *file, int fd, const char *path, off_t length)
{
    if (file) {
        off_t size = size_of(file);
        if (judge("ftruncate", KIND_GROW, length > size) == FAIL) return -1;
        if (length < size) keep(file, length, size - length);
        else if (length > size) keep(file, size, 1); /* the last block's rest becomes part of the file */
    }
    return path ? real_truncate(path, length) : real_ftruncate(fd, length);
}

int ftruncate(int fd, off_t length)
{
    int done;
    LOCKED(done, done = any_truncate(file_of(fd), fd, NULL, length));
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int truncate(const char *path, off_t length)
{
    if (!ready) begin();
    int fd = real_open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return real_truncate(path, length);
    int done;
    /* kept open when it is watched: see `own` */
    LOCKED(done, struct file *file = file_of(fd); done = any_truncate(file, -1, path, length); if (!file) close(fd));
}

int truncate64(const char *path, off64_t length) { return truncate(path, length); }

static int any_allocate(int fd, int how, off_t offset, off_t length)
{
    struct file *file = file_of(fd);
    if (file) {
        if (judge("fallocate", KIND_GROW, (how & FALLOC_FL_PUNCH_HOLE) == 0) == FAIL) return -1;
        if (how & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) keep(file, offset, length);
        if (how & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) keep(file, offset, size_of(file) + length);
    }
    return real_fallocate(fd, how, offset, length);
}

int fallocate(int fd, int how, off_t offset, off_t length)
{
    int done;
    LOCKED(done, done = any_allocate(fd, how, offset, length));
}

int fallocate64(int fd, int how, off64_t offset, off64_t length) { return fallocate(fd, how, offset, length); }

int posix_fallocate(int fd, off_t offset, off_t length)
{
    int done;
    LOCKED(done, done = any_allocate(fd, 0, offset, length) == 0 ? 0 : errno);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* ------------------------------------------------------------------ syncing */

static int any_sync(const char *operation, int fd, int (*real)(int))
{
    struct file *file = file_of(fd);
    struct stat about;
    char path[PATH_MAX];
    int directory = !file && watched_length > 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode) && path_of(fd, path) && is_below(path);
    if (!file && !directory) return real(fd);
    if (judge(operation, KIND_SYNC, 0) == FAIL) {
        /* What the kernel could not write it throws away, and says so once. */
        if (errno == EIO && file) {
            drop(file, 0);
            errno = EIO;
        }
        return -1;
    }
    /* The real flush is left out: only this process is to crash, not the machine, and the tests stay fast. */
    if (file) synced_file(file);
    else synced_directory(path);
    return 0;
}

int fsync(int fd)
{
    int done;
    LOCKED(done, done = any_sync("fsync", fd, real_fsync));
}

int fdatasync(int fd)
{
    int done;
    LOCKED(done, done = any_sync("fdatasync", fd, real_fdatasync));
}

static int any_range_sync(int fd, off64_t offset, off64_t length, unsigned flags)
{
    if (file_of(fd)) return judge("sync_file_range", KIND_SYNC, 0) == FAIL ? -1 : 0;
    return real_sync_file_range(fd, offset, length, flags);
}

int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags)
{
    int done;
    LOCKED(done, done = any_range_sync(fd, offset, length, flags));
}

/* ------------------------------------------------------------------ opening */

static int any_open(int directory, const char *path, int flags, mode_t rights)
{
    char full[PATH_MAX];
    if (watched_length == 0 || !(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE
        || !absolute(directory, path, full) || !is_below(full) || is_shared_memory(full))
        return real_openat(directory, path, flags, rights);
    struct stat about;
    int existed = stat(full, &about) == 0;
    if (existed && !(flags & O_TRUNC)) return real_openat(directory, path, flags, rights);
    if (!existed && !(flags & O_CREAT)) return real_openat(directory, path, flags, rights);
    if (judge(existed ? "truncate" : "create", KIND_NAME, !existed) == FAIL) return -1;
    int cut = existed && (flags & O_TRUNC) && !((flags & O_EXCL) && (flags & O_CREAT));
    int fd = real_openat(directory, path, flags & ~(cut ? O_TRUNC : 0), rights);
    if (fd < 0) return fd;
    if (!existed) {
        struct name *name = note(CREATED, full, NULL);
        if (fstat(fd, &about) != 0) die("fstat");
        name->device = about.st_dev;
        name->inode = about.st_ino;
        if (known_file(&about)) die("an inode came back while it was held");
        struct file *file = file_of(fd);
        if (file) file->synced_size = 0;
    } else if (cut) {
        struct file *file = file_of(fd);
        if (file) keep(file, 0, size_of(file));
        if (real_ftruncate(fd, 0) != 0) die("ftruncate");
    }
    return fd;
}

int openat(int directory, const char *path, int flags, ...)
{
    mode_t rights = 0;
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list more;
        va_start(more, flags);
        rights = va_arg(more, mode_t);
        va_end(more);
    }
    int fd;
    LOCKED(fd, fd = any_open(directory, path, flags, rights));
}

int open(const char *path, int flags, ...)
{
    mode_t rights = 0;
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list more;
        va_start(more, flags);
        rights = va_arg(more, mode_t);
        va_end(more);
    }
    int fd;
    LOCKED(fd, fd = any_open(AT_FDCWD, path, flags, rights));
}

int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
/* What glibc calls under _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open(path, flags); }
int __openat_2(int directory, const char *path, int flags) { return openat(directory, path, flags); }
int __openat64_2(int directory, const char *path, int flags) { return openat(directory, path, flags); }

int creat(const char *path, mode_t rights) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, rights); }
int creat64(const char *path, mode_t rights) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, rights); }

/* ------------------------------------------------------------------ names */

static int any_rename(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    char source[PATH_MAX], target[PATH_MAX];
    if (watched_length == 0 || !absolute(from_directory, from, source) || !absolute(to_directory, to, target)
        || (!is_below(source) && !is_below(target)))
        return real_renameat2(from_directory, from, to_directory, to, flags);
    if (flags & RENAME_EXCHANGE) {
        errno = EINVAL;
        die("RENAME_EXCHANGE is not modelled");
    }
    if (judge("rename", KIND_NAME, 0) == FAIL) return -1;
    struct stat about;
    char *held = NULL;
    if (!(flags & RENAME_NOREPLACE) && lstat(source, &about) == 0) held = hold(target);
    int done = real_renameat2(from_directory, from, to_directory, to, flags);
    if (done == 0) {
        note(RENAMED, source, target)->held = held;
    } else if (held) {
        int kept = errno;
        real_unlink(held);
        free(held);
        errno = kept;
    }
    return done;
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    int done;
    LOCKED(done, done = any_rename(from_directory, from, to_directory, to, flags));
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return renameat2(from_directory, from, to_directory, to, 0);
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

static int any_unlink(int directory, const char *path, int flags)
{
    char full[PATH_MAX];
    if (watched_length == 0 || !absolute(directory, path, full) || !is_below(full) || is_shared_memory(full))
        return real_unlinkat(directory, path, flags);
    struct stat about;
    if (lstat(full, &about) != 0) return real_unlinkat(directory, path, flags);
    if (judge(flags & AT_REMOVEDIR ? "rmdir" : "unlink", KIND_NAME, 0) == FAIL) return -1;
    char *held = (flags & AT_REMOVEDIR) ? NULL : hold(full);
    int done = real_unlinkat(directory, path, flags);
    if (done == 0) {
        note(flags & AT_REMOVEDIR ? REMOVED_DIRECTORY : REMOVED, full, NULL)->held = held;
    } else if (held) {
        int kept = errno;
        real_unlink(held);
        free(held);
        errno = kept;
    }
    return done;
}

int unlinkat(int directory, const char *path, int flags)
{
    int done;
    LOCKED(done, done = any_unlink(directory, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
/* glibc's own would call its inner unlink, which is not ours. */
int remove(const char *path)
{
    struct stat about;
    if (lstat(path, &about) != 0) return -1;
    return unlinkat(AT_FDCWD, path, S_ISDIR(about.st_mode) ? AT_REMOVEDIR : 0);
}

static int any_mkdir(int directory, const char *path, mode_t rights)
{
    char full[PATH_MAX];
    struct stat about;
    int counts = watched_length > 0 && absolute(directory, path, full) && is_below(full) && lstat(full, &about) != 0;
    if (counts && judge("mkdir", KIND_NAME, 1) == FAIL) return -1;
    int done = real_mkdirat(directory, path, rights);
    if (counts && done == 0) note(MADE_DIRECTORY, full, NULL);
    return done;
}

int mkdirat(int directory, const char *path, mode_t rights)
{
    int done;
    LOCKED(done, done = any_mkdir(directory, path, rights));
}

int mkdir(const char *path, mode_t rights) { return mkdirat(AT_FDCWD, path, rights); }

static int any_link(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    char target[PATH_MAX];
    int counts = watched_length > 0 && absolute(to_directory, to, target) && is_below(target);
    if (counts && judge("link", KIND_NAME, 1) == FAIL) return -1;
    int done = real_linkat(from_directory, from, to_directory, to, flags);
    struct stat about;
    if (counts && done == 0 && lstat(target, &about) == 0) {
        struct name *name = note(CREATED, target, NULL);
        name->device = about.st_dev;
        name->inode = about.st_ino;
    }
    return done;
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    int done;
    LOCKED(done, done = any_link(from_directory, from, to_directory, to, flags));
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
