#pragma once
/* The layout of an index, shared by the code that builds it and the code that searches it. */
#include "cdelta_index.h"
#include "load.h"

enum {
    CDELTA_SHORT_BLOCK = 16, /* one every short_step bytes: any shared run of 15 + short_step bytes holds one */
    CDELTA_LONG_BLOCK = 32,  /* one every long_step bytes, where a short block starts too */
};

/* Entries are block numbers counted from 1; 0 is an empty slot. `wide` says whether they take 4 bytes or 2. */
struct cdelta_index {
    size_t base_length;
    bool wide;
    unsigned short_step, long_step; /* bytes from one indexed block to the next */
    uint32_t short_slots, long_slots;
    void *short_table, *long_table;
    void *long_next; /* by block number: the next block whose long hash fell in the same slot */
};

/* Hashes of a window that moves on byte by byte. They are made anew at each place: two loads and two multiplications
 * overlap with those of the next place, where a rolling update would have to wait for the last one.
 * The upper half of the 64-bit mix picks the slot: multiply-shift, with the golden ratio's bits. */
static inline uint64_t cdelta_hash_short(const uint8_t *bytes) {
    return cdelta_load64(bytes) * UINT64_C(0x9E3779B97F4A7C15) ^
           cdelta_load64(bytes + 8) * UINT64_C(0xC2B2AE3D27D4EB4F);
}

static inline bool cdelta_equal16(const uint8_t *a, const uint8_t *b) {
    return ((cdelta_load64(a) ^ cdelta_load64(b)) | (cdelta_load64(a + 8) ^ cdelta_load64(b + 8))) == 0;
}

static inline uint64_t cdelta_hash_long(const uint8_t *bytes) {
    uint64_t mixed = cdelta_load64(bytes) * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= cdelta_load64(bytes + 8) * UINT64_C(0xC2B2AE3D27D4EB4F);
    mixed ^= cdelta_load64(bytes + 16) * UINT64_C(0x165667B19E3779F9);
    mixed ^= cdelta_load64(bytes + 24) * UINT64_C(0xD6E8FEB86659FD93);
    return (mixed ^ mixed >> 32) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Maps a hash to 0..<slots without a division, so that a table may have any number of slots. */
static inline uint32_t cdelta_slot(uint64_t hash, uint32_t slots) {
    return (uint32_t)(((hash >> 32) * slots) >> 32);
}

static inline uint32_t cdelta_entry(const void *table, uint32_t slot, bool wide) {
    return wide ? ((const uint32_t *)table)[slot] : ((const uint16_t *)table)[slot];
}
