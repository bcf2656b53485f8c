/* Loads a server by IMAP and LMTP, and says how long it took. The same for every server; it is never what is waited for.
 *
 *   imapload command PORT USER PASSWORD MAILBOX TIMES COMMAND [BETWEEN]
 *       Selects MAILBOX (not when it is "") and gives COMMAND so many times, BETWEEN before each without being timed.
 *       One line for each time: untagged responses, octets, seconds.
 *   imapload messages PORT USER PASSWORD MAILBOX COUNT COMMAND
 *       COMMAND with each %d replaced by 1 … COUNT, one after the other. Prints: commands octets seconds.
 *   imapload append PORT USER PASSWORD MAILBOX COUNT CONNECTIONS SIZE
 *       Appends so many messages; every connection waits for each answer. USER with %d is a user for each connection.
 *   imapload deliver PORT RECIPIENT FROM COUNT CONNECTIONS SIZE
 *       Delivers the messages FROM … by LMTP. RECIPIENT as USER above.
 *   imapload idle PORT USER PASSWORD COUNT USERS
 *       Opens COUNT sessions of USERS users (%d in USER) with INBOX selected, in IDLE; prints "ready", and holds them until its input ends.
 *   imapload mbox COUNT SIZE
 *       Writes the same messages as an mbox.
 *
 * Messages are made from their number: fields as people's mail has them, words of a vocabulary of 4096, one word that few have.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HELD_MAX = 1 << 20, MESSAGE_MAX = 1 << 22, RARE = 997 };

struct peer {
    int socket;
    size_t held, used;
    unsigned long long octets;
    char *buffer;
};

static void fail(const char *what)
{
    fprintf(stderr, "imapload: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ------------------------------------------------------------------ messages */

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t word(char *out, unsigned number)
{
    static const char *const first[] = {"ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za"};
    static const char *const middle[] = {"l", "m", "n", "r", "s", "t", "d", "k", "p", "g", "b", "f", "v", "x", "nd", "rt"};
    static const char *const last[] = {"a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "as", "es", "is", "os", "us", "ar"};
    return (size_t)sprintf(out, "%s%s%s", first[number >> 8 & 15], middle[number >> 4 & 15], last[number & 15]);
}

/* A message of about `size` octets; one in RARE has the word "quincunx". */
static size_t make_message(char *out, unsigned number, size_t size)
{
    unsigned state = number * 2654435761u + 12345u;
    char one[16], two[16], three[16];
    word(one, next_random(&state) & 4095);
    word(two, next_random(&state) & 4095);
    word(three, next_random(&state) & 4095);
    size_t length = (size_t)sprintf(out,
        "Received: from mx%u.sender.example (mx%u.sender.example [192.0.2.%u]) by mail.example.test with ESMTPS id %08x; Thu, 01 Jan 2026 %02u:%02u:%02u +0000\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; h=from:to:subject:date; bh=%08x%08x; b=%08x%08x%08x%08x\r\n"
        "Date: Thu, 01 Jan 2026 %02u:%02u:%02u +0000\r\n"
        "From: \"%s %s\" <%s%u@sender.example>\r\n"
        "To: Reader <reader@example.test>, \"%s\" <%s@other.example>\r\n"
        "Cc: <list-%s@lists.example>\r\n"
        "Reply-To: <reply-%u@sender.example>\r\n"
        "Message-ID: <%u.%08x@sender.example>\r\n"
        "In-Reply-To: <%u.%08x@sender.example>\r\n"
        "References: <%u.%08x@sender.example>\r\n"
        "Subject: %s %s %s, number %u\r\n"
        "X-Number: %u\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
        number % 7, number % 7, number % 250 + 1, number, number / 3600 % 24, number / 60 % 60, number % 60, number * 7u, number * 11u, number * 13u,
        number * 17u, number * 19u, number * 23u, number / 3600 % 24, number / 60 % 60, number % 60, one, two, one, number % 500, three, three, two,
        number % 500, number, number * 29u, number / 2, number / 2 * 29u, number / 2, number / 2 * 29u, one, two, three, number, number);
    size_t column = 0;
    if (number % RARE == 0) length += (size_t)sprintf(out + length, "quincunx ");
    while (length + 90 < size) {
        size_t added = word(out + length, next_random(&state) & 4095);
        length += added;
        column += added + 1;
        if (column > 66) {
            out[length++] = '\r';
            out[length++] = '\n';
            column = 0;
        } else {
            out[length++] = ' ';
        }
    }
    length += (size_t)sprintf(out + length, "end of number %u\r\n", number);
    return length;
}

/* ------------------------------------------------------------------ a connection */

static void connect_to(struct peer *peer, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(peer, 0, sizeof *peer);
    peer->buffer = malloc(HELD_MAX);
    peer->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (peer->socket < 0 || connect(peer->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot connect");
    int one = 1;
    setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void fill(struct peer *peer)
{
    if (peer->used > 0) {
        memmove(peer->buffer, peer->buffer + peer->used, peer->held - peer->used);
        peer->held -= peer->used;
        peer->used = 0;
    }
    if (peer->held == HELD_MAX) fail("a line is too long");
    ssize_t got = read(peer->socket, peer->buffer + peer->held, HELD_MAX - peer->held);
    if (got <= 0) fail("the server hung up");
    peer->held += (size_t)got;
    peer->octets += (unsigned long long)got;
}

/* The next line with its LF; valid until the next call. */
static char *line(struct peer *peer, size_t *length)
{
    size_t looked = 0;
    for (;;) {
        char *start = peer->buffer + peer->used;
        char *end = memchr(start + looked, '\n', peer->held - peer->used - looked);
        if (end) {
            *length = (size_t)(end - start) + 1;
            peer->used += *length;
            return start;
        }
        looked = peer->held - peer->used;
        fill(peer);
    }
}

static void skip(struct peer *peer, size_t count)
{
    for (;;) {
        size_t there = peer->held - peer->used;
        if (there >= count) {
            peer->used += count;
            return;
        }
        count -= there;
        peer->used = peer->held;
        fill(peer);
    }
}

static void put(struct peer *peer, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(peer->socket, text, length);
        if (done <= 0) fail("cannot write");
        text += done;
        length -= (size_t)done;
    }
}

static void say(struct peer *peer, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(peer, text, (size_t)length);
}

/* Octets of a literal that a line ends with, or -1. */
static long literal_size(const char *text, size_t length)
{
    if (length < 5 || text[length - 3] != '}') return -1;
    size_t at = length - 4;
    while (at > 0 && text[at] >= '0' && text[at] <= '9') at--;
    return text[at] == '{' ? atol(text + at + 1) : -1;
}

/* Reads to the tagged response "x …" or to "+"; how many untagged ones came before it. */
static unsigned long answer(struct peer *peer, int continuation)
{
    unsigned long untagged = 0;
    size_t length;
    for (;;) {
        char *text = line(peer, &length);
        if (text[0] == 'x') {
            if (length < 4 || memcmp(text, "x OK", 4) != 0) {
                fprintf(stderr, "imapload: %.*s", (int)length, text);
                exit(1);
            }
            return untagged;
        }
        if (text[0] == '+' && continuation) return untagged;
        untagged++;
        long octets;
        while ((octets = literal_size(text, length)) >= 0) {
            skip(peer, (size_t)octets);
            text = line(peer, &length);
        }
    }
}

static void log_in(struct peer *peer, int port, const char *user, int number, const char *password)
{
    char name[200];
    size_t length;
    connect_to(peer, port);
    line(peer, &length);
    snprintf(name, sizeof name, user, number);
    say(peer, "x LOGIN \"%s\" \"%s\"\r\n", name, password);
    answer(peer, 0);
}

/* ------------------------------------------------------------------ what it does */

static int do_command(char **argv, int argc)
{
    struct peer peer;
    log_in(&peer, atoi(argv[2]), argv[3], 0, argv[4]);
    if (argv[5][0]) {
        say(&peer, "x SELECT %s\r\n", argv[5]);
        answer(&peer, 0);
    }
    for (int time = 0; time < atoi(argv[6]); time++) {
        if (argc > 8) {
            say(&peer, "x %s\r\n", argv[8]);
            answer(&peer, 0);
        }
        unsigned long long before = peer.octets;
        double begun = now();
        say(&peer, "x %s\r\n", argv[7]);
        unsigned long untagged = answer(&peer, 0);
        printf("%lu %llu %.6f\n", untagged, peer.octets - before, now() - begun);
    }
    return 0;
}

static int do_messages(char **argv)
{
    struct peer peer;
    log_in(&peer, atoi(argv[2]), argv[3], 0, argv[4]);
    say(&peer, "x SELECT %s\r\n", argv[5]);
    answer(&peer, 0);
    int count = atoi(argv[6]);
    unsigned long long before = peer.octets;
    double begun = now();
    for (int number = 1; number <= count; number++) {
        char command[1000];
        snprintf(command, sizeof command, argv[7], number);
        say(&peer, "x %s\r\n", command);
        answer(&peer, 0);
    }
    printf("%d %llu %.6f\n", count, peer.octets - before, now() - begun);
    return 0;
}

struct lane {
    pthread_t thread;
    char **argv;
    int number, lanes;
    struct peer peer;
};

static pthread_barrier_t gate;

static void *append_lane(void *argument)
{
    struct lane *lane = argument;
    char **argv = lane->argv, *message = malloc(MESSAGE_MAX);
    int count = atoi(argv[6]);
    size_t size = (size_t)atol(argv[8]);
    log_in(&lane->peer, atoi(argv[2]), argv[3], lane->number, argv[4]);
    pthread_barrier_wait(&gate);
    for (int number = lane->number; number < count; number += lane->lanes) {
        size_t length = make_message(message + 200, (unsigned)number, size);
        /* The command's line in front of the message, so that one write carries both. */
        char command[200];
        size_t head = (size_t)snprintf(command, sizeof command, "x APPEND %s {%zu+}\r\n", argv[5], length);
        memcpy(message + 200 - head, command, head);
        memcpy(message + 200 + length, "\r\n", 2);
        put(&lane->peer, message + 200 - head, head + length + 2);
        answer(&lane->peer, 0);
    }
    pthread_barrier_wait(&gate);
    return NULL;
}

static void expect(struct peer *peer, char digit)
{
    size_t length;
    for (;;) {
        char *text = line(peer, &length);
        if (text[0] != digit) {
            fprintf(stderr, "imapload: %.*s", (int)length, text);
            exit(1);
        }
        if (text[3] != '-') return;
    }
}

static void *deliver_lane(void *argument)
{
    struct lane *lane = argument;
    char **argv = lane->argv, *message = malloc(MESSAGE_MAX), recipient[200];
    int from = atoi(argv[4]), count = atoi(argv[5]);
    size_t size = (size_t)atol(argv[7]);
    snprintf(recipient, sizeof recipient, argv[3], lane->number);
    connect_to(&lane->peer, atoi(argv[2]));
    expect(&lane->peer, '2');
    say(&lane->peer, "LHLO client.example\r\n");
    expect(&lane->peer, '2');
    pthread_barrier_wait(&gate);
    for (int number = lane->number; number < count; number += lane->lanes) {
        size_t length = make_message(message, (unsigned)(from + number), size);
        memcpy(message + length, ".\r\n", 3);
        say(&lane->peer, "MAIL FROM:<sender@sender.example>\r\nRCPT TO:<%s>\r\nDATA\r\n", recipient);
        expect(&lane->peer, '2');
        expect(&lane->peer, '2');
        expect(&lane->peer, '3');
        put(&lane->peer, message, length + 3);
        expect(&lane->peer, '2');
    }
    pthread_barrier_wait(&gate);
    return NULL;
}

static int in_lanes(char **argv, int count, int lanes, void *(*work)(void *))
{
    struct lane *all = calloc((size_t)lanes, sizeof *all);
    pthread_barrier_init(&gate, NULL, (unsigned)lanes + 1);
    for (int number = 0; number < lanes; number++) {
        all[number].argv = argv;
        all[number].number = number;
        all[number].lanes = lanes;
        pthread_create(&all[number].thread, NULL, work, &all[number]);
    }
    pthread_barrier_wait(&gate);
    double begun = now();
    pthread_barrier_wait(&gate);
    printf("%d 0 %.6f\n", count, now() - begun);
    return 0;
}

static int do_idle(char **argv)
{
    int count = atoi(argv[5]), users = atoi(argv[6]);
    struct peer peer;
    struct rlimit files = {.rlim_cur = (rlim_t)count + 100, .rlim_max = (rlim_t)count + 100};
    struct rlimit there;
    getrlimit(RLIMIT_NOFILE, &there);
    if (there.rlim_cur < files.rlim_cur && setrlimit(RLIMIT_NOFILE, &files) != 0) fail("too few files may be open; see ulimit -n");
    for (int number = 0; number < count; number++) {
        log_in(&peer, atoi(argv[2]), argv[3], number % users, argv[4]);
        say(&peer, "x SELECT INBOX\r\n");
        answer(&peer, 0);
        say(&peer, "x IDLE\r\n");
        answer(&peer, 1);
        free(peer.buffer);
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF) continue;
    return 0;
}

static int do_mbox(char **argv)
{
    char *message = malloc(MESSAGE_MAX);
    for (int number = 0; number < atoi(argv[2]); number++) {
        size_t length = make_message(message, (unsigned)number, (size_t)atol(argv[3]));
        puts("From sender@sender.example Thu Jan  1 00:00:00 2026");
        for (size_t at = 0; at < length; at++)
            if (message[at] != '\r') putchar(message[at]);
        putchar('\n');
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "command") == 0 && argc >= 8) return do_command(argv, argc);
    if (strcmp(what, "messages") == 0 && argc == 8) return do_messages(argv);
    if (strcmp(what, "append") == 0 && argc == 9) return in_lanes(argv, atoi(argv[6]), atoi(argv[7]), append_lane);
    if (strcmp(what, "deliver") == 0 && argc == 8) return in_lanes(argv, atoi(argv[5]), atoi(argv[6]), deliver_lane);
    if (strcmp(what, "idle") == 0 && argc == 7) return do_idle(argv);
    if (strcmp(what, "mbox") == 0 && argc == 4) return do_mbox(argv);
    fail("what is to be done? See the top of imapload.c");
}
