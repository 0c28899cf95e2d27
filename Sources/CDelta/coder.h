#pragma once
/* The state of the coder: one block of memory that is reused from call to call. */
#include "cdelta_training.h"
#include "learned.h"
#include "logistic.h"
#include "range_coder.h"
#include "load.h"

/* Work that one delta may cost: a class c allows 16 << c literals and copies together. */
enum { SIZE_CLASS_MAX = 15, SYMBOL_WORK = 16 };

enum {
    SLOT_BYTES = 16,        /* a check byte and the histories of a nibble's 15 nodes */
    NIBBLE_SLOT_BYTES = 32, /* at depth `balanced`: a check byte, a state, and a distribution of 15 lanes */
    SLOTS_MAX = 1 << 17,
    PAST_MAX = 1 << 14,
    BREAKS = 4096,
    WINDOW = 1 << 18, /* bytes of the base that are indexed at a time */
    BUCKETS = 1 << 15,
    NEAR = 16, /* places that evidence is taken from */
};

/* A place that is expected to go on as the target does. */
struct pointer {
    uint32_t at;
    unsigned length; /* bytes that agreed before it */
    unsigned misses;
    bool valid;
};

/* What follows in the base after bytes like the last ones. Plane b, of 16 bits, has bit b of every candidate. */
struct evidence {
    unsigned count;
    uint32_t all, longer; /* which candidates there are, and which of them agree in more bytes */
    uint64_t planes[2];
    uint32_t at[NEAR];
    uint8_t agree[NEAR];
};

/* Where the 4-byte strings of a window of the base lie, in order. */
struct places {
    size_t from, to; /* the positions that are indexed */
    size_t wait;     /* symbols until the window may move again */
    uint32_t first[BUCKETS + 2];
    uint32_t sorted[WINDOW];
};

/* How a copy's source was told. */
enum copy_kind {
    KIND_DIAGONAL,
    KIND_SAME,
    KIND_MATCH,
    KIND_WORD_END,
    KIND_FIELD_END,
    KIND_RETURN,
    KIND_RECENT_0,
    KIND_RECENT_1,
    KIND_RECENT_2,
    KIND_PAST,
    KIND_RANK,
    KIND_FAR
};

struct walk {
    const uint8_t *base, *target;
    size_t base_length, target_length;
    size_t position;      /* in the target */
    size_t base_position; /* where the last copy from the base ended */
    size_t run;           /* literals since the last copy */
    unsigned equal_run;   /* literals in a row that were what the diagonal had */
    unsigned last_kind;
    uint32_t run_context;  /* the bytes before this run of literals */
    size_t furthest;       /* where the furthest copy from the base ended; SIZE_MAX before the first */
    uint32_t diagonals[3]; /* of recent copies: source less target */
    unsigned diagonal_count;
    struct pointer match, past;
    struct evidence near, far;
    uint32_t word, words, gap; /* hashes of the word so far and the one before, and the bytes between them */
    uint32_t shape;            /* classes of the last bytes, 4 bits each */
    size_t looked_at;          /* the position that was looked around from */
    size_t followed;           /* bytes in a row that came as the match expected */
    uint8_t follows;           /* how long the last two matches were followed, 4 bits each */
    unsigned follow_from;      /* bytes that a match must have agreed in to be followed */
    bool refuted;              /* the match's byte is known not to come */
    unsigned error;            /* how badly recent literals were predicted */
    size_t work; /* that may still be done: 16 for a literal or a copy, 1 for a byte that follows a match */
};

struct cdelta_coder {
    const struct coder_kernels *kernels;
    struct logistic logistic;
    uint8_t classes[256];
    struct learned start, now; /* of depth `small`, which has all of it */
    uint16_t start_balanced[BALANCED_PROBABILITIES];
    struct learned_nibbles start_nibbles, nibbles;
    uint16_t hazards[2][HAZARDS];
    cdelta_depth depth;
    unsigned map_shift, bit_shift, rate_shift;
    struct range_coder range;
    struct walk walk;
    uint32_t slot_mask, past_mask;
    uint32_t past[PAST_MAX];
    struct {
        uint8_t hits, passes;
    } breaks[BREAKS];
    uint64_t spent; /* tracing: in 1/2048 bit */
    cdelta_trace *trace;
    cdelta_training *training; /* NULL but while training */
    struct places places;
    union {
        _Alignas(64) uint8_t slots[(size_t)SLOTS_MAX * SLOT_BYTES];
        _Alignas(64) int16_t nibble_slots[(size_t)SLOTS_MAX * SLOT_BYTES / NIBBLE_SLOT_BYTES][NIBBLE_SLOT_BYTES / 2];
    };
};

/* What training keeps beside what the coder learns anyway. */
struct cdelta_training {
    cdelta_coder *coder;
    cdelta_depth depth;
    unsigned round;
    uint32_t ends[HAZARDS], passes[HAZARDS];
    struct learned now;
    struct learned_nibbles nibbles;
};

struct coder_kernels {
    bool (*encode)(cdelta_coder *coder, const cdelta_copy *copies, size_t count, size_t min_length);
    cdelta_status (*decode)(cdelta_coder *coder, uint8_t *out);
};
extern const struct coder_kernels coder_kernels_portable;
#if defined(__x86_64__)
extern const struct coder_kernels coder_kernels_avx2;
#elif defined(__aarch64__)
extern const struct coder_kernels coder_kernels_neon;
#endif

/* The bytes, at most 32, that agree before `a` and `b`, which lie a_before and b_before bytes behind their starts. */
static inline unsigned agreement(const uint8_t *a, size_t a_before, const uint8_t *b, size_t b_before) {
    size_t most = a_before < b_before ? a_before : b_before, i = 0;
    if (most > 32) most = 32;
    for (; most - i >= 8; i += 8) {
        uint64_t difference = cdelta_load64(a - i - 8) ^ cdelta_load64(b - i - 8);
        if (difference) return (unsigned)i + (unsigned)__builtin_clzll(difference) / 8;
    }
    while (i < most && *(a - i - 1) == *(b - i - 1)) i++;
    return (unsigned)i;
}

static inline unsigned floor_log2(uint32_t value) {
    return 31 - (unsigned)__builtin_clz(value);
}

static inline uint32_t hash4(const uint8_t *bytes) {
    return cdelta_load32(bytes) * 2654435761u;
}

/* Makes sure that the window around `base_position` is indexed; it moves seldom, whatever the input. */
void places_cover(struct places *places, const uint8_t *base, size_t base_length, size_t base_position);

/* The entries of the bucket of 4 bytes: [*low, *high) of `sorted`; returns the first that is not before `position`. */
static inline size_t places_find(const struct places *places, const uint8_t *bytes, size_t position, size_t *low,
                                 size_t *high) {
    uint32_t bucket = hash4(bytes) >> 17;
    size_t from = places->first[bucket], to = places->first[bucket + 1];
    *low = from;
    *high = to;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (places->sorted[middle] < position)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}
