#pragma once
#include "cdelta_isa.h"
CDELTA_NONNULL_BEGIN
/* A target coded against its base as one stream of arithmetic-coded bits: copies by adaptive models of where copies
 * start and end, new bytes by mixing predictions from what the base and the target had in like places.
 * Source: Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression", 2005, for the mixing.
 *
 * Integers only: base and target determine every byte, on every machine and with every instruction set.
 * A coder is working memory, of at most 4 MB whatever the pages, that is reused from call to call: one thread at a time. */
typedef struct cdelta_coder cdelta_coder;

/* How much is asked before each bit. */
typedef enum cdelta_depth {
    CDELTA_DEPTH_BALANCED = 0, /* a few contexts, and copies as they were found: one pass */
    CDELTA_DEPTH_SMALL = 1,    /* all contexts, and copies chosen by what they cost: two passes */
} CDELTA_CLOSED cdelta_depth;

/* The most literals and copies of one stream, together; a size class c from 0 to 15 allows 16 << c. */
#define CDELTA_SYMBOLS_MAX ((size_t)16 << 15)

/* On CDELTA_OK the caller owns *out_coder; else it is NULL. Requires `isa` to be available. */
cdelta_status cdelta_coder_create(cdelta_isa isa, cdelta_coder *_Nullable *_Nonnull out_coder);
/* What a coder takes, in bytes: less than 4 MB. Nothing is allocated after it was created. */
size_t cdelta_coder_memory(void);
void cdelta_coder_free(cdelta_coder *_Nullable coder); /* NULL is a no-op */

/* Where the bits of a stream go, and which copies it has. */
typedef struct cdelta_trace {
    /* Called for each copy, and for each run of literals, in order; in 1/2048 bit. `source` is as in cdelta_copy for
     * copies, and UINT32_MAX for literals. */
    void (*_Nullable visit)(void *_Nullable context, uint32_t source, uint32_t target, uint32_t length, uint64_t bits);
    void *_Nullable context;
} cdelta_trace;

/* Codes `target` into `out` and leaves the stream's length and size class. `copies`, of which there are `count`, are as
 * cdelta_match leaves them. *out_length is more than `capacity`, and `out` void, where the stream does not fit, or has
 * more than CDELTA_SYMBOLS_MAX symbols.
 * O(symbols) for what is new, and O(base_length + target_length) with small constants for the rest.
 * Requires both lengths <= CDELTA_MAX_BYTES. */
cdelta_status cdelta_coder_encode(cdelta_coder *coder, cdelta_depth depth, const uint8_t *_Nullable base,
                                  size_t base_length, const uint8_t *_Nullable target, size_t target_length,
                                  const cdelta_copy *_Nullable copies, size_t count, uint8_t *_Nullable out,
                                  size_t capacity, size_t *out_length, unsigned *out_size_class);

/* Rebuilds the target, of exactly target_length bytes, at `out`. Trusts nothing in the stream: at most 16 << size_class
 * symbols are decoded, nothing is read outside base, stream and target or written outside the target; CDELTA_CORRUPT
 * where the stream can't be right. With `trace` it also tells where the bits went.
 * Requires size_class <= 15, and `out` apart from all inputs. */
cdelta_status cdelta_coder_decode(cdelta_coder *coder, cdelta_depth depth, unsigned size_class,
                                  const uint8_t *_Nullable stream, size_t length, const uint8_t *_Nullable base,
                                  size_t base_length, uint8_t *_Nullable out, size_t target_length,
                                  cdelta_trace *_Nullable trace);
CDELTA_NONNULL_END
