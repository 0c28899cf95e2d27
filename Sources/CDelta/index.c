#include "index.h"
#include <stdlib.h>

/* Up to this many bytes the number of a short block, 8 bytes apart, fits 16 bits. */
#define NARROW_BYTES ((size_t)8 * 65535)

/* Up to 64 MiB short blocks are 16 bytes apart; from there on the distance doubles with the page. */
#define MAX_SHORT_BLOCKS ((size_t)1 << 22)

struct geometry {
    bool wide;
    unsigned short_step, long_step;
    size_t short_count, long_count; /* blocks */
    size_t short_slots, long_slots;
    size_t entry_bytes, memory;
};

static struct geometry plan(size_t base_length) {
    struct geometry plan = {0};
    plan.wide = base_length > NARROW_BYTES;
    plan.entry_bytes = plan.wide ? sizeof(uint32_t) : sizeof(uint16_t);
    plan.short_step = plan.wide ? 16 : 8;
    /* The tables of very large pages would outgrow the caches, and each look-up would wait for memory. */
    while (base_length / plan.short_step > MAX_SHORT_BLOCKS) plan.short_step *= 2;
    plan.long_step = 4 * plan.short_step;
    if (base_length >= CDELTA_SHORT_BLOCK) plan.short_count = (base_length - CDELTA_SHORT_BLOCK) / plan.short_step + 1;
    if (base_length >= CDELTA_LONG_BLOCK) plan.long_count = (base_length - CDELTA_LONG_BLOCK) / plan.long_step + 1;
    plan.short_slots = plan.short_count + plan.short_count / 4 + 1; /* what collides is lost: 10 % more than at 1.6x */
    plan.long_slots = plan.long_count + plan.long_count / 2 + 1;
    plan.memory =
        sizeof(struct cdelta_index) + (plan.short_slots + plan.long_slots + plan.long_count + 1) * plan.entry_bytes;
    return plan;
}

size_t cdelta_index_memory(size_t base_length) {
    return plan(base_length).memory;
}

static inline void set(bool wide, void *table, size_t slot, uint32_t value) {
    if (wide)
        ((uint32_t *)table)[slot] = value;
    else
        ((uint16_t *)table)[slot] = (uint16_t)value;
}

/* Both fills run from the end, so that the first of several equal blocks wins: pages repeat their templates, and the
 * first occurrence is the one that a later search is most likely to go on from. */
static inline void fill(struct cdelta_index *index, const uint8_t *base, const struct geometry *plan, bool wide) {
    for (size_t block = plan->short_count; block > 0; block--)
        set(wide, index->short_table,
            cdelta_slot(cdelta_hash_short(base + (block - 1) * plan->short_step), index->short_slots), (uint32_t)block);
    for (size_t block = plan->long_count; block > 0; block--) {
        uint32_t slot = cdelta_slot(cdelta_hash_long(base + (block - 1) * plan->long_step), index->long_slots);
        set(wide, index->long_next, block, cdelta_entry(index->long_table, slot, wide));
        set(wide, index->long_table, slot, (uint32_t)block);
    }
}

cdelta_status cdelta_index_create(const uint8_t *base, size_t base_length, cdelta_index **out_index) {
    *out_index = NULL;
    if (base_length > CDELTA_MAX_BYTES || (base == NULL && base_length > 0)) return CDELTA_BAD_ARGUMENT;
    struct geometry geometry = plan(base_length);
    /* One block for all: the header, then the three tables. */
    struct cdelta_index *index = calloc(1, geometry.memory);
    if (index == NULL) return CDELTA_OUT_OF_MEMORY;
    index->base_length = base_length;
    index->wide = geometry.wide;
    index->short_step = geometry.short_step;
    index->long_step = geometry.long_step;
    index->short_slots = (uint32_t)geometry.short_slots;
    index->long_slots = (uint32_t)geometry.long_slots;
    index->short_table = index + 1;
    index->long_table = (uint8_t *)index->short_table + geometry.short_slots * geometry.entry_bytes;
    index->long_next = (uint8_t *)index->long_table + geometry.long_slots * geometry.entry_bytes;
    if (geometry.wide)
        fill(index, base, &geometry, true);
    else
        fill(index, base, &geometry, false);
    *out_index = index;
    return CDELTA_OK;
}

void cdelta_index_free(cdelta_index *index) {
    free(index);
}
