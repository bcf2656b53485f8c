/* Reads a whole maildrop over POP3, pipelined, and says how long it took. The same for every server.
 *
 *   popread PORT USER PASSWORD [WINDOW]      prints: messages octets seconds
 *
 * Octets are those of the message lines as they came, without the dots that were stuffed and the final ".".
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int peer;
static char buffer[1 << 18];
static size_t held, used;

static void fail(const char *what)
{
    fprintf(stderr, "popread: %s\n", what);
    exit(1);
}

static void fill(void)
{
    if (used > 0) {
        memmove(buffer, buffer + used, held - used);
        held -= used;
        used = 0;
    }
    if (held == sizeof buffer) fail("a line is too long");
    ssize_t got = read(peer, buffer + held, sizeof buffer - held);
    if (got <= 0) fail("the server hung up");
    held += (size_t)got;
}

/* The next line with its CRLF; valid until the next call. */
static char *line(size_t *length)
{
    for (;;) {
        char *end = memchr(buffer + used, '\n', held - used);
        if (end) {
            char *start = buffer + used;
            *length = (size_t)(end - start) + 1;
            used += *length;
            return start;
        }
        fill();
    }
}

static void put(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(peer, text, length);
        if (done <= 0) fail("cannot write");
        text += done;
        length -= (size_t)done;
    }
}

static char *expect_ok(size_t *length)
{
    char *answer = line(length);
    if (*length < 3 || memcmp(answer, "+OK", 3) != 0) {
        fprintf(stderr, "popread: %.*s", (int)*length, answer);
        exit(1);
    }
    return answer;
}

static char *ask(const char *text, size_t *length)
{
    put(text, strlen(text));
    return expect_ok(length);
}

int main(int argc, char **argv)
{
    if (argc < 4) fail("usage: popread PORT USER PASSWORD [WINDOW]");
    int window = argc > 4 ? atoi(argv[4]) : 50;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot connect");
    int one = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

    size_t length;
    char text[512];
    expect_ok(&length);
    snprintf(text, sizeof text, "USER %s\r\n", argv[2]);
    ask(text, &length);
    snprintf(text, sizeof text, "PASS %s\r\n", argv[3]);
    ask(text, &length);
    char *answer = ask("STAT\r\n", &length);
    int count = atoi(answer + 4);

    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    unsigned long long octets = 0;
    int asked = 0;
    for (int read = 0; read < count; read++) {
        if (asked - read <= window / 2 && asked < count) {
            char batch[8192];
            size_t filled = 0;
            while (asked < count && asked - read < window && filled < sizeof batch - 32)
                filled += (size_t)snprintf(batch + filled, sizeof batch - filled, "RETR %d\r\n", ++asked);
            put(batch, filled);
        }
        expect_ok(&length);
        for (;;) {
            char *next = line(&length);
            if (next[0] == '.') {
                if (length == 3) break;
                length--;
            }
            octets += length;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    ask("QUIT\r\n", &length);
    double seconds = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
    printf("%d %llu %.6f\n", count, octets, seconds);
    return 0;
}
