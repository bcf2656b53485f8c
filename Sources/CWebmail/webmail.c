#include "CWebmail.h"

/* In bundle.c, when scripts/webmail has written it. */
extern const struct webmail_asset webmail_assets[] __attribute__((weak));
extern const size_t webmail_assets_count __attribute__((weak));

const struct webmail_asset *webmail_asset_table(void)
{
    return webmail_assets;
}

size_t webmail_asset_count(void)
{
    return &webmail_assets_count ? webmail_assets_count : 0;
}
