#pragma once
#include "cdelta_base.h"
CDELTA_NONNULL_BEGIN
/* Where the blocks of a base page lie, found by hash: short blocks of 16 bytes and long ones of 32.
 * Source: Bentley & McIlroy, "Data Compression Using Long Common Strings", DCC 1999; two block lengths as in zstd's
 * double-fast matcher. An index keeps no caller memory (pass the same base to each search) and never changes once
 * built, so any number of threads may search it at once. */
typedef struct cdelta_index cdelta_index;

/* Builds an index in O(base_length) time and cdelta_index_memory(base_length) bytes.
 * Requires base_length <= CDELTA_MAX_BYTES. On CDELTA_OK the caller owns *out_index; else it is NULL. */
cdelta_status cdelta_index_create(const uint8_t *_Nullable base, size_t base_length,
                                  cdelta_index *_Nullable *_Nonnull out_index);
void cdelta_index_free(cdelta_index *_Nullable index); /* NULL is a no-op */

/* The memory that an index of so many bytes takes: at most 0.6 times the base and 128 bytes. */
size_t cdelta_index_memory(size_t base_length);
CDELTA_NONNULL_END
