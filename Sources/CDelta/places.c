#include "coder.h"
#include <string.h>

enum { BUCKET_SHIFT = 17, MOVE_AFTER = 1024 };

static void fill(struct places *places, const uint8_t *base, size_t from, size_t to) {
    uint32_t *first = places->first;
    places->from = from;
    places->to = to;
    memset(first, 0, sizeof places->first);
    /* A counting sort: after it, first[b + 1] is where bucket b ends, which is where b + 1 starts. */
    for (size_t at = from; at < to; at++) first[(hash4(base + at) >> BUCKET_SHIFT) + 2]++;
    for (size_t bucket = 2; bucket < BUCKETS + 2; bucket++) first[bucket] += first[bucket - 1];
    for (size_t at = from; at < to; at++)
        places->sorted[first[(hash4(base + at) >> BUCKET_SHIFT) + 1]++] = (uint32_t)at;
}

void places_cover(struct places *places, const uint8_t *base, size_t base_length, size_t base_position) {
    const size_t ends = base_length - 3; /* strings start before this */
    if (places->wait > 0) {
        places->wait--;
        if (places->to > 0) return;
    }
    if (places->to > 0) {
        const bool near_start = places->from > 0 && base_position < places->from + WINDOW / 8;
        const bool near_end = places->to < ends && base_position > places->to - WINDOW / 8;
        if (!near_start && !near_end) return;
    }
    size_t from = base_position > WINDOW / 2 ? base_position - WINDOW / 2 : 0;
    if (ends <= WINDOW)
        from = 0;
    else if (from > ends - WINDOW)
        from = ends - WINDOW;
    const size_t to = ends - from < WINDOW ? ends : from + WINDOW;
    places->wait = MOVE_AFTER;
    if (places->to > 0 && from == places->from && to == places->to) return;
    fill(places, base, from, to);
}
