/* Parses each message of a folder N times with GMime from memory and prints the rates, by the first word of the names.
 * Build: cc -O2 gmime_parse.c -o gmime_parse $(pkg-config --cflags --libs gmime-3.0) */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void parse(const char *data, size_t length) {
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_object_unref(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    if (message) g_object_unref(message);
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: gmime_parse FOLDER ROUNDS\n"); return 64; }
    g_mime_init();
    const char *kinds[] = {"small", "usual", "medium", "large"};
    const int rounds = atoi(argv[2]);
    for (int kind = 0; kind < 4; kind++) {
        char *data[64]; gsize length[64]; int count = 0; double total = 0;
        for (int number = 0; number < 64; number++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s-%d.eml", argv[1], kinds[kind], number);
            if (!g_file_get_contents(path, &data[count], &length[count], NULL)) break;
            total += length[count++];
        }
        int n = kind == 3 ? rounds / 16 + 1 : kind == 2 ? rounds / 4 + 1 : rounds;
        double start = now();
        for (int round = 0; round < n; round++)
            for (int i = 0; i < count; i++) parse(data[i], length[i]);
        double seconds = now() - start;
        printf("gmime  %-7s parse %8.2f us/message %10.0f messages/s %8.1f MB/s\n", kinds[kind],
               seconds / n / count * 1e6, n * count / seconds, total * n / seconds / 1e6);
    }
    return 0;
}
