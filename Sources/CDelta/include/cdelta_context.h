#pragma once
#include "cdelta_base.h"
CDELTA_NONNULL_BEGIN
/* The context of a delta's literals: what the base has where the new bytes stand. New bytes resemble what they
 * replace and what surrounds them, so the context makes a good preset dictionary for coding them. Both ends compute it
 * from base and operations, which is why it costs nothing on the wire. Byte by byte in docs/formats/delta.md. */

/* The longest context: what a deflate window can still reach. */
#define CDELTA_CONTEXT_MAX ((size_t)32000)

/* Writes the context to `out`, which has room for CDELTA_CONTEXT_MAX bytes, and its length to *out_length.
 * CDELTA_CORRUPT where the operations don't fit base and target, as cdelta_operations_next finds.
 * O(operations_length + *out_length). */
cdelta_status cdelta_context_gather(const uint8_t *_Nullable operations, size_t operations_length,
                                    const uint8_t *_Nullable base, size_t base_length, size_t target_length,
                                    uint8_t *out, size_t *out_length);
CDELTA_NONNULL_END
