/* The webmail's files, compiled in. scripts/webmail writes them into bundle.c; without it the table is empty. */
#ifndef PALOMA_CWEBMAIL_H
#define PALOMA_CWEBMAIL_H

#include <stddef.h>

/* Octets of the program itself; null and 0 when there are none. */
struct webmail_octets {
    const char *_Nullable start;
    size_t count;
};

struct webmail_asset {
    /* As a browser asks for it: "/", "/assets/app-3F2A.js". */
    const char *_Nonnull path;
    /* The value of Content-Type. */
    const char *_Nonnull type;
    /* Of the content, unquoted: another one is another content. */
    const char *_Nonnull tag;
    struct webmail_octets plain, gzip, brotli;
};

/* The files, `webmail_asset_count()` of them; null when there are none. */
const struct webmail_asset *_Nullable webmail_asset_table(void);
size_t webmail_asset_count(void);

#endif
