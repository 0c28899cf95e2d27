/* The matcher, written once over three primitives and compiled once for each instruction set, so that everything is
 * inlined: include the set's kernels first, and define CDELTA_KERNELS to the name of the table to fill. */
#include "matcher.h"

enum {
    MIN_RUN = 8,         /* equal bytes on the diagonal that end a change */
    MIN_BLOCK = 16,      /* what a hit of a table must reach, both ways */
    GOOD = 32,           /* a copy this long is taken at once; 24 and 48 were measured worse */
    GOOD_FAST = 20,      /* the same where time counts for more than bytes */
    ANCHOR_BEFORE = 32,  /* the window of the base, around the diagonal, that is searched directly */
    ANCHOR_WINDOW = 192, /* three blocks of 64 positions */
    ANCHOR_CANDIDATES = 4,
    CHAIN = 4,           /* long blocks compared per position */
    MIN_COPY = 4,        /* a common suffix that is shorter costs more as a copy, */
    MIN_DIAGONAL = 2,    /* except on the diagonal, where it costs a byte */
    DIAGONAL_COST = 2,   /* what a copy on the diagonal takes, in bytes of the delta */
    RESYNC_COST = 4,     /* what a search on the diagonal takes, in look-ups */
    FIND_COST = 20,      /* what a search elsewhere takes beside its look-ups */
    FAST_BUDGET = 2,     /* bytes of the target for each look-up; those of paying copies count twice */
    PAYING = 24,         /* such a copy's length: chance over a few symbols makes shorter ones at any price */
    THOROUGH_BUDGET = 6, /* look-ups for each byte of the target */
    ALLOWANCE = 4096,    /* look-ups that are always allowed */
    COPY_COST = 20,      /* what leaving the diagonal takes: it often has to be gone back to (flat from 14 to 40) */
};

/* An anchor is 6 bytes: what is searched for near the diagonal. */
#define ANCHOR_BYTES UINT64_C(0x0000ffffffffffff)

/* One call: its pages, and what it learnt on the way. */
struct search {
    cdelta_matcher *matcher;
    const struct cdelta_index *index;
    const uint8_t *base, *target;
    size_t base_length, target_end; /* the common suffix lies beyond target_end */
    bool thorough, coarse;
    size_t good;
    size_t new_bytes;
    size_t paying_bytes; /* what copies of at least PAYING bytes cover */
    size_t spent;        /* work so far, in look-ups */
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

static size_t prefix_entry(const uint8_t *a, const uint8_t *b, size_t length) {
    return common_prefix(a, b, length);
}

static size_t suffix_entry(const uint8_t *a, const uint8_t *b, size_t length) {
    return length == 0 ? 0 : common_suffix(a + length, b + length, length);
}

static inline size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Bit i is set where bytes i differ, for up to 64 of them; those beyond `length` count as different. */
static inline uint64_t unequal_bytes(const uint8_t *a, const uint8_t *b, size_t length) {
    if (length >= 64) return kernel_unequal64(a, b);
    uint64_t unequal = UINT64_MAX << length;
    for (size_t i = 0; i < length; i++) unequal |= (uint64_t)(a[i] != b[i]) << i;
    return unequal;
}

/* A change of the same length, as of a digit or a word: where do both pages go on alike on the same diagonal? */
static inline bool resynchronise(const struct search *search, size_t at, size_t source, struct hit *best) {
    size_t room = smaller(search->target_end - at, search->base_length - source);
    for (size_t window = 0; window + MIN_RUN <= room && window <= 57; window += 57) {
        const uint8_t *target = search->target + at + window, *base = search->base + source + window;
        uint64_t unequal = unequal_bytes(target, base, room - window);
        uint64_t runs = ~unequal & ~unequal >> 1;
        runs &= runs >> 2;
        runs &= runs >> 4;
        if (runs == 0) continue;
        size_t run = (size_t)__builtin_ctzll(runs), length = 64 - run;
        uint64_t end = unequal >> run;
        if (end != 0)
            length = (size_t)__builtin_ctzll(end);
        else
            length += common_prefix(target + 64, base + 64, room - window - 64);
        size_t skipped = window + run;
        *best = (struct hit){at + skipped, source + skipped, length,
                             (ptrdiff_t)length - DIAGONAL_COST - (ptrdiff_t)skipped};
        return true;
    }
    return false;
}

/* Extends a place that target and source share both ways, back to `start` at most, and keeps it if it is the best so
 * far. `before` and `after` are the bytes that may be read on either side of `source`. */
static inline void consider(const struct search *search, size_t start, size_t at, const uint8_t *source, size_t before,
                            size_t after, size_t address, size_t min_length, struct hit *best) {
    size_t length = common_prefix(search->target + at, source, smaller(search->target_end - at, after));
    size_t back = common_suffix(search->target + at, source, smaller(at - start, before));
    length += back;
    ptrdiff_t score = (ptrdiff_t)length - COPY_COST - (ptrdiff_t)(at - back - start);
    if (length < min_length || (best->length > 0 && score <= best->score)) return;
    *best = (struct hit){at - back, address - back, length, score};
}

static inline void consider_base(const struct search *search, size_t start, size_t at, size_t source, size_t min_length,
                                 struct hit *best) {
    consider(search, start, at, search->base + source, source, search->base_length - source, source, min_length, best);
}

/* A short insertion or deletion: find a few of the next bytes near the diagonal, without any table. */
static inline void search_nearby(const struct search *search, size_t at, size_t source, struct hit *best) {
    /* Far anchors find more, but also false friends that skip over what the tables would have found. */
    static const unsigned char near_anchors[] = {4, 14}, all_anchors[] = {0, 8, 20, 40};
    const unsigned char *anchors = search->thorough ? all_anchors : near_anchors;
    const size_t anchor_count = search->thorough ? sizeof all_anchors : sizeof near_anchors;
    size_t from = source > ANCHOR_BEFORE ? source - ANCHOR_BEFORE : 0;
    size_t to = smaller(search->base_length, from + ANCHOR_WINDOW + MIN_RUN - 1);
    if (to - from < MIN_RUN) return;
    unsigned candidates = ANCHOR_CANDIDATES;
    for (size_t anchor = 0; anchor < anchor_count; anchor++) {
        size_t place = at + anchors[anchor];
        if (place + MIN_RUN > search->target_end) return;
        uint64_t needle = cdelta_load64(search->target + place) & ANCHOR_BYTES;
        for (size_t block = from; block + MIN_RUN <= to; block += 64) {
            uint64_t found;
            if (search->base_length - block >= 69)
                found = kernel_find64(search->base + block, (uint8_t)needle, (uint8_t)(needle >> 40), 5);
            else
                found = UINT64_MAX;
            if (to - block < 64 + MIN_RUN) found &= UINT64_MAX >> (63 - (to - block - MIN_RUN));
            for (; found != 0; found &= found - 1) {
                size_t candidate = block + (size_t)__builtin_ctzll(found);
                if ((cdelta_load64(search->base + candidate) & ANCHOR_BYTES) != needle) continue;
                consider_base(search, at, place, candidate, MIN_RUN, best);
                if (best->length >= search->good || --candidates == 0) return;
            }
        }
    }
}

/* New content: walk on through the target, looking each place up in the tables, until something shared comes.
 * Steps grow with the distance walked in vain, so that a page that is all new costs little; they are odd, so that every
 * alignment of a block comes up. Returns the number of look-ups. */
static inline size_t walk(const struct search *search, size_t start, struct hit *best, const bool wide) {
    const struct cdelta_index index = *search->index;
    const uint8_t *const target = search->target, *const base = search->base;
    uint32_t *const recent = search->matcher->recent;
    const size_t horizon = search->thorough ? GOOD : GOOD / 2;
    size_t last = search->target_end - CDELTA_SHORT_BLOCK, walked = 0;
    if (best->length > 0) last = smaller(last, best->target + horizon - 1);
    for (size_t at = start; at <= last; at += (1 + (walked++ >> 6)) | 1) {
        const bool first = best->length == 0;
        uint64_t hash = cdelta_hash_short(target + at);
        uint32_t block = cdelta_entry(index.short_table, cdelta_slot(hash, index.short_slots), wide);
        /* An empty slot is compared like block 1: a branch on it would be mispredicted, this one is rarely taken. */
        size_t source = (size_t)(block - (block != 0)) * index.short_step;
        if (cdelta_equal16(base + source, target + at) && (first || source - at != best->source - best->target)) {
            if (first || search->thorough) consider_base(search, start, at, source, MIN_BLOCK, best);
            /* Every long block starts with a short one, so there is no need to look for long ones elsewhere. */
            if (at + CDELTA_LONG_BLOCK <= search->target_end) {
                block =
                    cdelta_entry(index.long_table, cdelta_slot(cdelta_hash_long(target + at), index.long_slots), wide);
                for (unsigned tries = CHAIN; block != 0 && tries > 0; tries--) {
                    source = (size_t)(block - 1) * index.long_step;
                    if (memcmp(base + source, target + at, CDELTA_LONG_BLOCK) == 0)
                        consider_base(search, start, at, source, CDELTA_LONG_BLOCK, best);
                    block = cdelta_entry(index.long_next, block, wide);
                }
            }
            if (best->length >= search->good) break;
        }
        uint32_t *const slot = &recent[cdelta_slot(hash, CDELTA_RECENT_SLOTS)];
        const size_t past = *slot - (*slot != 0);
        *slot = (uint32_t)at + 1;
        /* A search from further back may have been here, and past places before this one: those aren't past yet. */
        if ((walked & 3) == 0 && past < at && cdelta_equal16(target + past, target + at)) {
            consider(search, start, at, target + past, past, search->target_end, search->base_length + past, MIN_BLOCK,
                     best);
            if (best->length >= search->good) break;
        }
        if (first && best->length > 0) {
            if (search->coarse) break;
            last = smaller(last, at + horizon - 1);
        }
    }
    return walked;
}

static inline void search_index(struct search *search, size_t start, struct hit *best) {
    if (search->base_length < CDELTA_SHORT_BLOCK || search->target_end < CDELTA_SHORT_BLOCK) return;
    cdelta_matcher *matcher = search->matcher;
    if (!matcher->recent_is_clear) {
        memset(matcher->recent, 0, sizeof matcher->recent);
        matcher->recent_is_clear = true;
    }
    search->spent += search->index->wide ? walk(search, start, best, true) : walk(search, start, best, false);
}

/* What repeats the last copy, as runs and the rows of a table do, is one copy from the target's past: a search would
 * find that copy's source again, and make as many copies as there are repetitions. */
static inline bool repeat(const struct search *search, size_t at, size_t last_length, struct hit *hit) {
    const uint8_t *target = search->target + at, *past = target - last_length;
    size_t room = search->target_end - at;
    if (last_length == 0 || room < CDELTA_SHORT_BLOCK || !cdelta_equal16(target, past)) return false;
    size_t length = common_prefix(target, past, room);
    if (length <= last_length) return false; /* once more: the base may have more of it */
    *hit = (struct hit){at, search->base_length + at - last_length, length, 0};
    return true;
}

/* Finds the next copy for a target that stops following the base at `at` and `source`. */
static inline bool find(struct search *search, size_t at, size_t source, struct hit *best) {
    best->length = 0;
    search->spent += RESYNC_COST;
    if (resynchronise(search, at, source, best) && (best->length >= GOOD || (!search->thorough && best->score > 0)))
        return true;
    search->spent += FIND_COST;
    /* The early way out: where much is new, take whatever the tables give first. */
    search->coarse = !search->thorough && search->new_bytes > 256 + at / 32;
    if (!search->coarse) search_nearby(search, at, source, best);
    /* What was found far ahead may skip over something that the tables know. */
    if (best->length < search->good || (search->thorough && best->target > at + MIN_RUN))
        search_index(search, at, best);
    return best->length > 0;
}

/* How many bytes from `at` on to leave as new, so that the budget has room again. */
static inline size_t overdraft(const struct search *search, size_t at) {
    size_t earned = search->thorough ? at * THOROUGH_BUDGET : (at + search->paying_bytes) / FAST_BUDGET;
    if (search->spent <= ALLOWANCE + earned) return 0;
    size_t over = search->spent - ALLOWANCE - earned;
    return search->thorough ? over / THOROUGH_BUDGET + 1 : over * FAST_BUDGET;
}

/* A copy found behind what was left as new may begin in there, from `end` on. */
static inline void reach_back(const struct search *search, size_t end, struct hit *hit) {
    bool past = hit->source >= search->base_length;
    size_t before = past ? hit->source - search->base_length : hit->source;
    const uint8_t *source = past ? search->target + before : search->base + before;
    size_t length = common_suffix(search->target + hit->target, source, smaller(hit->target - end, before));
    *hit = (struct hit){hit->target - length, hit->source - length, hit->length + length, hit->score};
}

static inline bool add(cdelta_matcher *matcher, size_t source, size_t target, size_t length) {
    if (matcher->count == matcher->capacity && !cdelta_matcher_grow(matcher)) return false;
    matcher->copies[matcher->count++] = (cdelta_copy){(uint32_t)source, (uint32_t)target, (uint32_t)length};
    return true;
}

static cdelta_status match(cdelta_matcher *matcher, const cdelta_index *index, const uint8_t *base, size_t base_length,
                           const uint8_t *target, size_t target_length, cdelta_effort effort, size_t look_ups) {
    size_t prefix = common_prefix(base, target, smaller(base_length, target_length));
    size_t rest = smaller(base_length, target_length - prefix);
    size_t suffix = rest == 0 ? 0 : common_suffix(base + base_length, target + target_length, rest);
    if (suffix < (base_length == target_length ? MIN_DIAGONAL : MIN_COPY)) suffix = 0;
    bool identical = prefix == base_length && prefix == target_length;
    if ((prefix > DIAGONAL_COST || (identical && prefix > 0)) && !add(matcher, 0, 0, prefix))
        return CDELTA_OUT_OF_MEMORY;

    struct search search = {
        .matcher = matcher,
        .index = index,
        .base = base,
        .target = target,
        .base_length = base_length,
        .target_end = target_length - suffix,
        .thorough = effort == CDELTA_EFFORT_THOROUGH,
        .good = effort == CDELTA_EFFORT_THOROUGH ? GOOD : GOOD_FAST,
    };
    size_t at = prefix, source = prefix, last_length = prefix;
    struct hit hit;
    while (at < search.target_end) {
        if (search.thorough && search.spent > look_ups) {
            search.thorough = false;
            search.good = GOOD_FAST;
            search.spent = 0; /* what was spent belongs to the other budget */
        }
        if (!repeat(&search, at, last_length, &hit)) {
            size_t from = at, ahead = overdraft(&search, at);
            if (ahead > 0) {
                if (ahead >= search.target_end - at) break;
                from += ahead;
                source = smaller(source + ahead, base_length);
            }
            if (!find(&search, from, source, &hit)) break;
            if (from > at) reach_back(&search, at, &hit);
        }
        if (!add(matcher, hit.source, hit.target, hit.length)) return CDELTA_OUT_OF_MEMORY;
        search.new_bytes += hit.target - at;
        if (hit.length >= PAYING) search.paying_bytes += hit.length;
        at = hit.target + hit.length;
        last_length = hit.length;
        if (hit.source < base_length) source = hit.source + hit.length;
    }
    if (suffix > 0 && !add(matcher, base_length - suffix, search.target_end, suffix)) return CDELTA_OUT_OF_MEMORY;
    return CDELTA_OK;
}

const struct cdelta_kernels CDELTA_KERNELS = {prefix_entry, suffix_entry, match};
