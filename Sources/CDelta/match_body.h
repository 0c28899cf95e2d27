/* The matcher, written once over four primitives and compiled once for each instruction set, so that everything is
 * inlined: include the set's kernels first, and define CDELTA_KERNELS to the name of the table to fill. */
#include "matcher.h"

enum {
    MIN_RUN = 8,          /* equal bytes on the diagonal that end a change */
    MIN_SHORT = 16,       /* what a hit of the short table must reach, both ways */
    GOOD = 32,            /* a copy this long is taken at once; 24 and 48 were measured worse */
    ANCHOR_BEFORE = 32,   /* the window of the base, around the diagonal, that is searched directly */
    ANCHOR_WINDOW = 192,  /* three blocks of 64 positions */
    ANCHOR_CANDIDATES = 8,
    CHAIN = 4,            /* long blocks compared per position */
    COPY_COST = 4,        /* bytes, roughly, that a copy off the diagonal takes in the delta */
    DIAGONAL_COST = 2,
};

struct pages {
    const uint8_t *base, *target;
    size_t base_length, target_end; /* the common suffix lies beyond target_end */
    const struct cdelta_index *index;
};

struct hit {
    size_t target, source, length;
    ptrdiff_t score; /* bytes saved, less those left behind as literals on the way */
};

static inline size_t common_prefix(const uint8_t *a, const uint8_t *b, size_t length) {
    size_t i = 0;
    while (length - i >= 64) {
        uint64_t unequal = kernel_unequal64(a + i, b + i);
        if (unequal != 0) return i + (size_t)__builtin_ctzll(unequal);
        i += 64;
        while (length - i >= 128 && !kernel_differ128(a + i, b + i)) i += 128;
    }
    while (length - i >= 8) {
        uint64_t difference = cdelta_load64(a + i) ^ cdelta_load64(b + i);
        if (difference != 0) return i + (size_t)__builtin_ctzll(difference) / 8;
        i += 8;
    }
    while (i < length && a[i] == b[i]) i++;
    return i;
}

/* `a` and `b` point behind the last byte. */
static inline size_t common_suffix(const uint8_t *a, const uint8_t *b, size_t length) {
    size_t i = 0;
    while (length - i >= 64) {
        uint64_t unequal = kernel_unequal64(a - i - 64, b - i - 64);
        if (unequal != 0) return i + (size_t)__builtin_clzll(unequal);
        i += 64;
        while (length - i >= 128 && !kernel_differ128(a - i - 128, b - i - 128)) i += 128;
    }
    while (length - i >= 8) {
        uint64_t difference = cdelta_load64(a - i - 8) ^ cdelta_load64(b - i - 8);
        if (difference != 0) return i + (size_t)__builtin_clzll(difference) / 8;
        i += 8;
    }
    while (i < length && a[-1 - (ptrdiff_t)i] == b[-1 - (ptrdiff_t)i]) i++;
    return i;
}

static size_t prefix_entry(const uint8_t *a, const uint8_t *b, size_t length) { return common_prefix(a, b, length); }

static size_t suffix_entry(const uint8_t *a, const uint8_t *b, size_t length) {
    return length == 0 ? 0 : common_suffix(a + length, b + length, length);
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Bit i is set where MIN_RUN equal bytes start i bytes on. Fewer than 64 bytes may be left. */
static inline uint64_t equal_runs(const uint8_t *a, const uint8_t *b, size_t length) {
    uint64_t equal = 0;
    if (length >= 64)
        equal = ~kernel_unequal64(a, b);
    else
        for (size_t i = 0; i < length; i++) equal |= (uint64_t)(a[i] == b[i]) << i;
    equal &= equal >> 1;
    equal &= equal >> 2;
    return equal & equal >> 4;
}

/* A change of the same length, as of a digit or a word: where do both pages go on alike on the same diagonal? */
static inline bool resynchronise(const struct pages *pages, size_t at, size_t source, struct hit *best) {
    size_t room = smaller(pages->target_end - at, pages->base_length - source);
    for (size_t window = 0; window + MIN_RUN <= room && window <= 57; window += 57) {
        const uint8_t *target = pages->target + at + window, *base = pages->base + source + window;
        uint64_t runs = equal_runs(target, base, room - window);
        if (runs == 0) continue;
        size_t skipped = window + (size_t)__builtin_ctzll(runs);
        size_t run = smaller(MIN_RUN, room - skipped);
        best->target = at + skipped;
        best->source = source + skipped;
        best->length =
            run + common_prefix(pages->target + at + skipped + run, pages->base + source + skipped + run, room - skipped - run);
        best->score = (ptrdiff_t)(best->length - DIAGONAL_COST) - (ptrdiff_t)skipped;
        return true;
    }
    return false;
}

/* Extends a place that both pages share both ways, back to `start` at most, and keeps it if it is the best so far. */
static inline void consider(const struct pages *pages, size_t start, size_t at, size_t source, size_t min_length,
                            struct hit *best) {
    size_t length = common_prefix(pages->target + at, pages->base + source,
                                  smaller(pages->target_end - at, pages->base_length - source));
    size_t back = common_suffix(pages->target + at, pages->base + source, smaller(at - start, source));
    length += back;
    ptrdiff_t score = (ptrdiff_t)length - COPY_COST - (ptrdiff_t)(at - back - start);
    if (length < min_length || (best->length > 0 && score <= best->score)) return;
    *best = (struct hit){at - back, source - back, length, score};
}

/* A short insertion or deletion: find a few of the next bytes near the diagonal, without any table. */
static inline void search_nearby(const struct pages *pages, size_t at, size_t source, struct hit *best) {
    static const unsigned char anchors[] = {0, 8, 20, 40};
    size_t from = source > ANCHOR_BEFORE ? source - ANCHOR_BEFORE : 0;
    size_t to = smaller(pages->base_length, from + ANCHOR_WINDOW + 3);
    unsigned candidates = ANCHOR_CANDIDATES;
    for (size_t anchor = 0; anchor < sizeof anchors; anchor++) {
        size_t place = at + anchors[anchor];
        if (place + MIN_RUN > pages->target_end) return;
        uint32_t needle = cdelta_load32(pages->target + place);
        for (size_t block = from; block + 4 <= to; block += 64) {
            uint64_t found = 0;
            if (to - block >= 67)
                found = kernel_find4(pages->base + block, needle);
            else
                for (size_t i = 0; block + i + 4 <= to; i++)
                    found |= (uint64_t)(cdelta_load32(pages->base + block + i) == needle) << i;
            for (; found != 0; found &= found - 1) {
                size_t q = block + (size_t)__builtin_ctzll(found);
                if (q + 6 > pages->base_length || memcmp(pages->base + q + 4, pages->target + place + 4, 2) != 0)
                    continue;
                consider(pages, at, place, q, MIN_RUN, best);
                if (best->length >= GOOD || --candidates == 0) return;
            }
        }
    }
}

/* New content: walk on through the target, looking each place up in the tables, until something shared comes.
 * Steps grow with the distance walked in vain, so that a page that is all new costs little. */
static inline void search_index(cdelta_matcher *matcher, const struct pages *pages, size_t start, struct hit *best) {
    const struct cdelta_index *index = pages->index;
    const uint8_t *target = pages->target;
    size_t horizon = best->length > 0 ? best->target + GOOD : pages->target_end;
    size_t walked = 0;
    if (pages->base_length < CDELTA_LONG_BLOCK) return;
    if (!matcher->recent_is_clear) {
        memset(matcher->recent, 0, sizeof matcher->recent);
        matcher->recent_is_clear = true;
    }
    for (size_t at = start; at + CDELTA_SHORT_BLOCK <= pages->target_end && at < horizon; at += 1 + (walked++ >> 5)) {
        size_t before = best->length;
        uint64_t bytes = cdelta_load64(target + at);
        if (at + CDELTA_LONG_BLOCK <= pages->target_end) {
            uint32_t block = cdelta_entry(index, index->long_table,
                                          cdelta_slot(cdelta_hash_long(target + at), index->long_slots));
            /* An empty slot is compared like block 1: that branch would be mispredicted, this one is almost never taken. */
            size_t source = (size_t)(block - (block != 0)) * CDELTA_LONG_BLOCK;
            if (cdelta_load64(pages->base + source) == bytes) {
                for (unsigned tries = CHAIN; block != 0 && tries > 0; tries--) {
                    source = (size_t)(block - 1) * CDELTA_LONG_BLOCK;
                    if (memcmp(pages->base + source, target + at, CDELTA_LONG_BLOCK) == 0)
                        consider(pages, start, at, source, GOOD, best);
                    block = cdelta_entry(index, index->long_next, block);
                }
                if (best->length >= GOOD) return;
            }
        }
        uint64_t hash = cdelta_hash_short(target + at);
        uint32_t block = cdelta_entry(index, index->short_table, cdelta_slot(hash, index->short_slots));
        size_t source = (size_t)(block - (block != 0)) * index->short_step;
        if (cdelta_load64(pages->base + source) == bytes) consider(pages, start, at, source, MIN_SHORT, best);
        uint32_t *recent = &matcher->recent[cdelta_slot(hash, CDELTA_RECENT_SLOTS)];
        size_t past = *recent - (*recent != 0);
        if (past < at && cdelta_load64(target + past) == bytes) { /* an earlier search may have walked past this place */
            size_t length = common_prefix(target + past, target + at, pages->target_end - at);
            if (length >= MIN_SHORT) {
                size_t back = common_suffix(target + past, target + at, smaller(at - start, past));
                length += back;
                ptrdiff_t score = (ptrdiff_t)length - COPY_COST - (ptrdiff_t)(at - back - start);
                if (best->length == 0 || score > best->score)
                    *best = (struct hit){at - back, pages->base_length + past - back, length, score};
            }
        }
        *recent = (uint32_t)at + 1;
        if (best->length >= GOOD) return;
        if (best->length > 0 && before == 0) horizon = smaller(horizon, at + GOOD);
    }
}

/* Finds the next copy for a target that stops following the base at `at` and `source`. */
static inline bool find(cdelta_matcher *matcher, const struct pages *pages, size_t at, size_t source, int *patience,
                        struct hit *best) {
    best->length = 0;
    bool resynchronised = resynchronise(pages, at, source, best);
    if (resynchronised) {
        if (best->length >= GOOD) return true;
        /* Where every number changes, looking further never pays; ask again now and then. */
        if (--*patience < 0 && *patience > -16) return true;
    }
    size_t diagonal = best->length > 0 ? best->source - best->target : 0;
    search_nearby(pages, at, source, best);
    if (best->length < GOOD) search_index(matcher, pages, at, best);
    if (resynchronised) {
        if (best->source - best->target != diagonal)
            *patience = 8;
        else if (*patience < 0)
            *patience = 0;
    }
    return best->length > 0;
}

static inline bool add(cdelta_matcher *matcher, size_t source, size_t target, size_t length) {
    if (matcher->count == matcher->capacity && !cdelta_matcher_grow(matcher)) return false;
    matcher->copies[matcher->count++] = (cdelta_copy){(uint32_t)source, (uint32_t)target, (uint32_t)length};
    return true;
}

static cdelta_status match(cdelta_matcher *matcher, const cdelta_index *index, const uint8_t *base, size_t base_length,
                           const uint8_t *target, size_t target_length) {
    size_t prefix = common_prefix(base, target, smaller(base_length, target_length));
    size_t suffix = suffix_entry(base + base_length - smaller(base_length, target_length - prefix),
                                 target + target_length - smaller(base_length, target_length - prefix),
                                 smaller(base_length, target_length - prefix));
    if (suffix < COPY_COST) suffix = 0;
    struct pages pages = {base, target, base_length, target_length - suffix, index};
    if (prefix > DIAGONAL_COST && !add(matcher, 0, 0, prefix)) return CDELTA_OUT_OF_MEMORY;

    size_t at = prefix, source = prefix;
    int patience = 8;
    struct hit hit;
    while (at < pages.target_end && find(matcher, &pages, at, source, &patience, &hit)) {
        if (!add(matcher, hit.source, hit.target, hit.length)) return CDELTA_OUT_OF_MEMORY;
        at = hit.target + hit.length;
        if (hit.source < base_length) source = hit.source + hit.length;
    }
    if (suffix > 0 && !add(matcher, base_length - suffix, pages.target_end, suffix)) return CDELTA_OUT_OF_MEMORY;
    return CDELTA_OK;
}

const struct cdelta_kernels CDELTA_KERNELS = {prefix_entry, suffix_entry, match};
