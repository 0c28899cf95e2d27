#pragma once
/* The delta engine for C, and for whatever can call C: librailgun-delta. docs/c-api.md has programs that use it.
 *
 * Sizes are in bytes. A buffer of size 0 may be NULL, but for a base, where NULL says that there is none. What a
 * function puts into an `out` argument is set on RAILGUN_OK only, and NULL and 0 otherwise. Input is never trusted and
 * never kept: any delta gives a page or a status, in bounded time and memory. Where the process has no memory left at all,
 * it may end. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum railgun_status {
    RAILGUN_OK = 0,
    RAILGUN_BAD_ARGUMENT = 1,  /* NULL where something has to be, or no such level; nothing was done */
    RAILGUN_OUT_OF_MEMORY = 2, /* nothing was kept */
    RAILGUN_TOO_LARGE = 3,     /* a page of over 2,147,483,647 bytes, or over the coder's page limit */
    RAILGUN_BASE_MISSING = 4,  /* the delta was made against a base, and none was given */
    RAILGUN_WRONG_PAGE = 5,    /* decoded, but not to the expected page: the delta or the base is damaged or another */
    RAILGUN_UNKNOWN_KIND = 6,  /* not a delta, or one from a newer version */
    RAILGUN_CORRUPT = 7,       /* bytes that no encoder writes, or a delta that ends too early */
    RAILGUN_TOO_MUCH_WORK = 8, /* the delta announces more new bytes and copies than are decoded one by one: 524,288 */
} railgun_status;

/* How much work goes into making a delta small; all are decoded by the same function. */
typedef enum railgun_level {
    RAILGUN_STORED = 0,   /* the page as it is */
    RAILGUN_FAST = 1,     /* many gigabytes a second */
    RAILGUN_DEFLATE = 2,  /* smaller, gigabytes a second */
    RAILGUN_BALANCED = 3, /* for answering visitors: hundreds of megabytes a second */
    RAILGUN_SMALL = 4,    /* the smallest, where milliseconds don't matter */
    RAILGUN_AUTO = 5,     /* the smallest that takes about 5 ms */
} railgun_level;

/* The name of a page: the SHA-256 of its exact bytes. */
typedef struct railgun_version {
    uint8_t bytes[32];
} railgun_version;

/* A page that deltas are made against, with its index. Never changes, so any number of threads may use it at once. */
typedef struct railgun_base railgun_base;

/* An encoder and a decoder with their working memory. One thread at a time may use it: make one for each thread. */
typedef struct railgun_coder railgun_coder;

/* What a status means, in words. Never NULL, valid for ever. */
const char *railgun_status_text(int32_t status);

/* Names a page: SHA-256. `out_version` must not be NULL. */
railgun_status railgun_version_of(const uint8_t *page, size_t page_bytes, railgun_version *out_version);

/* Copies a page and indexes it. The caller owns *out_base and frees it with railgun_base_free.
 * RAILGUN_TOO_LARGE, RAILGUN_OUT_OF_MEMORY. */
railgun_status railgun_base_create(const uint8_t *page, size_t page_bytes, railgun_base **out_base);
void railgun_base_free(railgun_base *base); /* NULL is a no-op; no encoding that uses it may be under way */

/* Creates a coder that decodes pages of up to `page_limit` bytes. The limit protects against a hostile delta: working
 * memory stays within five times of it and 4.1 MB, beside the page. The caller owns *out_coder and frees it with
 * railgun_coder_free. RAILGUN_OUT_OF_MEMORY. */
railgun_status railgun_coder_create(size_t page_limit, railgun_coder **out_coder);
void railgun_coder_free(railgun_coder *coder); /* NULL is a no-op */

/* Makes a delta of `page` against `base`, or compresses the page on its own where `base` is NULL. `level` is one of
 * railgun_level. The delta has 1 byte to page_bytes + 1; it names neither page nor base: their versions travel beside
 * it. The caller owns *out_delta and frees it with railgun_free. RAILGUN_TOO_LARGE, RAILGUN_OUT_OF_MEMORY. */
railgun_status railgun_encode(railgun_coder *coder, const railgun_base *base, const uint8_t *page, size_t page_bytes,
                              int32_t level, uint8_t **out_delta, size_t *out_delta_bytes);

/* Rebuilds a page from a delta and the plain bytes of its base (NULL: there is none). `expected` is the page's version;
 * with NULL, a damaged delta or another base may give wrong bytes unnoticed, so leave it out only where something else
 * checks the page. The caller owns *out_page and frees it with railgun_free. Any status. */
railgun_status railgun_decode(railgun_coder *coder, const uint8_t *base, size_t base_bytes, const uint8_t *delta,
                              size_t delta_bytes, const railgun_version *expected, uint8_t **out_page,
                              size_t *out_page_bytes);

/* What went wrong in the coder's last encode or decode, in more words than the status has; "" where nothing did.
 * Owned by the coder, valid until it is used again or freed. */
const char *railgun_error(const railgun_coder *coder);

/* Frees a delta or a page; NULL is a no-op. Any thread may. */
void railgun_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif
