/* Counts the calls that make a program wait for the disk, without slowing it: a library that is loaded before libc.
 *
 *   FLUSHCOUNT=FILE LD_PRELOAD=flushcount.so PROGRAM…      FILE: eight octets, the number of calls of all processes
 *
 * A tracer stops the program at each call; then more messages wait for the next flush than without it, or fewer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static _Atomic uint64_t nowhere;
static _Atomic uint64_t *count = &nowhere;

__attribute__((constructor)) static void open_count(void)
{
    const char *path = getenv("FLUSHCOUNT");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) count = page;
    close(file);
}

#define COUNTED(RESULT, NAME, PARAMETERS, ARGUMENTS)                              \
    RESULT NAME PARAMETERS                                                       \
    {                                                                             \
        static RESULT(*next) PARAMETERS;                                          \
        if (!next) next = (RESULT(*) PARAMETERS)dlsym(RTLD_NEXT, #NAME);          \
        atomic_fetch_add_explicit(count, 1, memory_order_relaxed);                \
        return next ARGUMENTS;                                                    \
    }

COUNTED(int, fsync, (int file), (file))
COUNTED(int, fdatasync, (int file), (file))
COUNTED(int, msync, (void *start, size_t length, int flags), (start, length, flags))
COUNTED(int, sync_file_range, (int file, off64_t offset, off64_t length, unsigned flags), (file, offset, length, flags))
COUNTED(ssize_t, pwritev2, (int file, const struct iovec *pieces, int number, off_t offset, int flags),
        (file, pieces, number, offset, flags))
COUNTED(ssize_t, pwritev64v2, (int file, const struct iovec *pieces, int number, off64_t offset, int flags),
        (file, pieces, number, offset, flags))
