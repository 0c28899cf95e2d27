/* Copies: whether one starts here, where from, and how long. Included by coder_body.h. */

enum {
    BREAK_REACH = 1024, /* bytes ahead in which a likely end is looked for */
    BREAK_REACH_BALANCED = 64,
    END_BITS = 7,     /* of a length, coded by where the base is likely to break */
    WORD_REACH = 512, /* bytes ahead in which words and fields may end */
    RANKS = 512,      /* places before and behind the base position */
    CANDIDATES_MAX = 10,
};
/* Families of numbers. */
enum { NUMBER_PAST, NUMBER_RANK_SHORT, NUMBER_RANK_LONG, NUMBER_FORTH, NUMBER_BACK, NUMBER_SIZE, NUMBER_PAST_LENGTH };

INLINE unsigned code_bit(cdelta_coder *coder, unsigned context, unsigned bit, const unsigned mode) {
    uint16_t *probability = &coder->now.probabilities[context];
    bit = code_bit_with(coder, *probability, bit, mode);
    adapt(probability, bit, coder->bit_shift);
    return bit;
}

/* A bit by the mixed answers of tables. */
INLINE unsigned code_mixed(cdelta_coder *coder, const unsigned *contexts, unsigned weight, unsigned bit,
                           const unsigned mode) {
    uint16_t *probabilities = coder->now.probabilities;
    int16_t *weights = coder->now.weights + weight;
    _Alignas(16) int16_t inputs[BIT_INPUTS];
    for (unsigned i = 0; i < BIT_INPUTS; i++) inputs[i] = coder->logistic.logit[probabilities[contexts[i]] >> 4];
    const int logit = logit_clamp(kernel_dot(weights, inputs, BIT_INPUTS) >> WEIGHT_SHIFT);
    const unsigned probability = logistic_squash(&coder->logistic, logit);
    bit = code_bit_with(coder, probability, bit, mode);
    kernel_adjust(weights, inputs, ((bit ? 65535 : 0) - (int)probability) >> coder->rate_shift, BIT_INPUTS);
    for (unsigned i = 0; i < BIT_INPUTS; i++) adapt(&probabilities[contexts[i]], bit, coder->bit_shift);
    return bit;
}

/* A bit by the mean of two answers: what is mixed at depth `small`. */
INLINE unsigned code_mean(cdelta_coder *coder, unsigned one, unsigned other, unsigned bit, const unsigned mode) {
    uint16_t *probabilities = coder->now.probabilities;
    bit = code_bit_with(coder, (probabilities[one] + probabilities[other] + 1u) / 2, bit, mode);
    adapt(&probabilities[one], bit, coder->bit_shift);
    adapt(&probabilities[other], bit, coder->bit_shift);
    return bit;
}

/* A number from 1 on: its magnitude by a tree, the bit below by magnitude, the rest as it is. */
static uint32_t code_number(cdelta_coder *coder, unsigned family, uint32_t value, const unsigned mode) {
    unsigned magnitude = mode & DECODING ? 0 : floor_log2(value), node = 1;
    for (unsigned bit = 5; bit-- > 0;)
        node = node * 2 + code_bit(coder, BIT_NUMBER + family * 32 + node, magnitude >> bit & 1, mode);
    magnitude = node & 31;
    uint32_t result = 1;
    for (unsigned bit = magnitude; bit-- > 0;)
        result = result * 2 + (bit + 1 == magnitude
                                   ? code_bit(coder, BIT_NUMBER_TOP + family * 32 + magnitude, value >> bit & 1, mode)
                                   : code_bit_with(coder, 32768, value >> bit & 1, mode));
    return result;
}

/* Which of three bytes' classes meet where a copy may end: before base[1..base_length]. */
INLINE unsigned break_classes(const cdelta_coder *coder, size_t end) {
    const struct walk *walk = &coder->walk;
    const uint8_t *classes = coder->classes, *base = walk->base;
    unsigned next = end < walk->base_length ? classes[base[end]] : CLASS_NONE;
    unsigned third = end + 1 < walk->base_length ? classes[base[end + 1]] : CLASS_NONE;
    return (classes[base[end - 1]] * CLASSES + next) * CLASSES + third;
}

INLINE unsigned break_slot(const struct walk *walk, size_t end) {
    return hash4(walk->base + end - 4) >> 20;
}

/* Whether the byte that the match expects comes. */
INLINE unsigned code_follow(cdelta_coder *coder, unsigned bit, const unsigned mode, const bool small) {
    struct walk *walk = &coder->walk;
    const size_t at = walk->match.at, diagonal = walk->base_position + walk->run;
    const uint8_t expected = walk->base[at], last = walk->target[walk->position - 1];
    const unsigned class = coder->classes[expected], last_class = coder->classes[last];
    const unsigned length = walk->match.length < 32    ? walk->match.length / 4 - 4
                            : walk->match.length < 48  ? 4
                            : walk->match.length < 64  ? 5
                            : walk->match.length < 128 ? 6
                            : walk->match.length < 256 ? 7
                                                       : 8;
    const unsigned relation = at == diagonal                                                ? 0
                              : at == walk->base_position                                   ? 1
                              : walk->past.valid && walk->target[walk->past.at] == expected ? 2
                                                                                            : 3;
    const unsigned same = diagonal < walk->base_length ? walk->base[diagonal] == expected : 2;
    const unsigned followed = walk->followed < 8    ? (unsigned)walk->followed
                              : walk->followed < 16 ? 8
                              : walk->followed < 32 ? 9
                              : walk->followed < 64 ? 10
                                                    : 11;
    const unsigned error = walk->error < 3 ? walk->error : 3;
    unsigned hits = 0, passes = 0, slot = 0;
    if (at >= 4) {
        slot = break_slot(walk, at);
        hits = coder->breaks[slot].hits;
        passes = coder->breaks[slot].passes;
    }
    const unsigned contexts[BIT_INPUTS] = {
        FOLLOW_0 + break_classes(coder, at),
        FOLLOW_1 + length * CLASSES + class,
        FOLLOW_2 + ((hits < 3 ? hits : 3) * 8 + (passes < 7 ? passes : 7)) * 4 + relation,
        FOLLOW_3 + expected * 4 + relation,
        FOLLOW_4 + last_class * 256 + expected,
        FOLLOW_5 + (length * 16 + followed) * 4 + relation,
        FOLLOW_6 + (followed * 4 + error) * 4 + same,
        FOLLOW_7 + walk->follows,
    };
    if (small) {
        bit = code_mixed(coder, contexts, WEIGHT_FOLLOW + ((hits > 0) * 4u + relation) * BIT_INPUTS, bit, mode);
    } else {
        bit = code_mean(coder, contexts[2], contexts[5], bit, mode);
    }
    if (at >= 4) {
        if (!bit && coder->breaks[slot].hits < 255) coder->breaks[slot].hits++;
        if (bit && hits > 0 && passes < 255) coder->breaks[slot].passes++;
    }
    return bit;
}

/* Whether the run of literals ends here. */
INLINE unsigned code_stop(cdelta_coder *coder, unsigned bit, const unsigned mode, const bool small) {
    struct walk *walk = &coder->walk;
    const size_t diagonal = walk->base_position + walk->run;
    const struct pointer *match = &walk->match;
    const unsigned at = diagonal < walk->base_length ? coder->classes[walk->base[diagonal]] : CLASS_NONE;
    const unsigned last = coder->classes[walk->position > 0 ? walk->target[walk->position - 1] : 0];
    const unsigned run = walk->run < 4    ? (unsigned)walk->run
                         : walk->run < 6  ? 4
                         : walk->run < 10 ? 5
                         : walk->run < 20 ? 6
                                          : 7;
    const unsigned equal = walk->equal_run < 3 ? walk->equal_run : 3;
    const unsigned length = match->valid ? length_step(match->length) : 0;
    const unsigned past_length = walk->past.valid ? length_step(walk->past.length) : 0;
    const unsigned misses = match->misses < 3 ? match->misses : 3;
    const unsigned relation = !match->valid ? 0 : match->at == diagonal ? 1 : match->at == walk->base_position ? 2 : 3;
    const unsigned expected = match->valid ? coder->classes[walk->base[match->at]] : CLASS_NONE;
    const unsigned contexts[BIT_INPUTS] = {
        STOP_0 + (run * CLASSES + at) * CLASSES + last,       STOP_1 + ((equal * 8 + length) * 4 + relation) * 8 + run,
        STOP_2 + (length * 4 + misses) * 8 + past_length,     STOP_3 + (last * CLASSES + at) * 4 + equal,
        STOP_4 + (run * 4 + relation) * 12 + walk->last_kind, STOP_5 + (expected * 8 + length) * 4 + relation,
        STOP_6 + (last * CLASSES + expected) * 4 + relation,  STOP_7,
    };
    if (!small) return code_mean(coder, contexts[0], contexts[1], bit, mode);
    return code_mixed(coder, contexts, WEIGHT_STOP + ((walk->run == 0) * 4u + relation) * BIT_INPUTS, bit, mode);
}

/* The first length after which copies of this target mostly ended; 0 where there is none near. */
static size_t likely_length(const cdelta_coder *coder, size_t source, size_t most, size_t reach) {
    size_t to = most < reach ? most : reach;
    for (size_t length = source < 4 ? 4 - source : 1; length <= to; length++) {
        unsigned slot = break_slot(&coder->walk, source + length), hits = coder->breaks[slot].hits;
        if (hits > 0 && hits * 2u >= coder->breaks[slot].passes) return length;
    }
    return 0;
}

/* The last bits of a length, which is start + 0..<2^bits, each half as likely as the base breaks there. */
static uint32_t code_end(cdelta_coder *coder, size_t source, uint32_t start, unsigned bits, size_t most, size_t length,
                         const unsigned mode) {
    const uint16_t *hazards = coder->hazards[coder->depth];
    uint32_t sums[(1 << END_BITS) + 1];
    sums[0] = 0;
    for (uint32_t i = 0; i < 1u << bits; i++) {
        uint32_t weight = 0;
        size_t end = source + start + i;
        if (start + i <= most) {
            weight = hazards[break_classes(coder, end)];
            if (end >= 4) {
                unsigned slot = break_slot(&coder->walk, end), hits = coder->breaks[slot].hits;
                weight += 16384u * hits / (hits + coder->breaks[slot].passes + 1u);
            }
        }
        sums[i + 1] = sums[i] + weight;
    }
    uint32_t from = 0;
    for (unsigned bit = bits; bit-- > 0;) {
        const uint32_t half = 1u << bit;
        const uint64_t left = sums[from + half] - sums[from], right = sums[from + 2 * half] - sums[from + half];
        if (right == 0) continue; /* beyond the most */
        unsigned probability = (unsigned)(right * 65536 / (left + right + 1));
        probability = probability < 64 ? 64 : probability > 65472 ? 65472 : probability;
        if (code_bit_with(coder, probability, length >> bit & 1, mode)) from += half;
    }
    return start + from;
}

/* The length of a copy from the base; decoded, it may be too long. */
static size_t code_length(cdelta_coder *coder, size_t source, size_t length, unsigned kind, const unsigned mode,
                          const bool small) {
    struct walk *walk = &coder->walk;
    const size_t base_left = walk->base_length - source, target_left = walk->target_length - walk->position;
    const size_t most = base_left < target_left ? base_left : target_left;
    const unsigned family = kind < 3 ? kind : 3;
    if (base_left == target_left && code_bit(coder, BIT_FINISH + family * 2 + (walk->run == 0), length == most, mode))
        return most;
    const size_t likely = likely_length(coder, source, most, small ? BREAK_REACH : BREAK_REACH_BALANCED);
    if (likely > 0) {
        unsigned slot = break_slot(walk, source + likely), hits = coder->breaks[slot].hits,
                 passes = coder->breaks[slot].passes;
        if (code_bit(coder, BIT_BREAK + (hits < 3 ? hits : 3) * 8 + (passes < 7 ? passes : 7), length == likely, mode))
            return likely;
        if (passes < 255) coder->breaks[slot].passes++;
    }
    unsigned magnitude = mode & DECODING ? 0 : floor_log2((uint32_t)length), node = 1;
    for (unsigned bit = 5; bit-- > 0;)
        node = node * 2 + code_bit(coder, BIT_LENGTH + family * 32 + node, magnitude >> bit & 1, mode);
    magnitude = node & 31;
    uint32_t result = 1;
    unsigned bits = magnitude;
    for (; bits > END_BITS; bits--)
        result =
            result * 2 + (bits == magnitude ? code_bit(coder, BIT_MANTISSA + magnitude, length >> (bits - 1) & 1, mode)
                                            : code_bit_with(coder, 32768, length >> (bits - 1) & 1, mode));
    if (result << bits > most) return SIZE_MAX;
    return code_end(coder, source, result << bits, bits, most, length, mode);
}

/* Where the word, or else the field, that the base has at `from` ends; SIZE_MAX where that isn't near. */
static size_t text_end(const cdelta_coder *coder, size_t from, bool word) {
    const struct walk *walk = &coder->walk;
    size_t end = walk->base_length - from < WORD_REACH ? walk->base_length : from + WORD_REACH;
    for (size_t at = from; at < end; at++) {
        uint8_t byte = walk->base[at];
        unsigned class = coder->classes[byte];
        if (word ? !is_word(coder, byte) : class == 6 || class == 7 || byte == '\n') return at;
    }
    return SIZE_MAX;
}

struct candidates {
    unsigned count;
    struct {
        size_t source;
        unsigned kind;
    } list[CANDIDATES_MAX];
};

INLINE void add_candidate(const struct walk *walk, struct candidates *candidates, size_t source, unsigned kind) {
    if (source >= walk->base_length) return;
    if (walk->run == 0 && walk->position > 0 && source == walk->base_position) return; /* one copy, not two */
    for (unsigned i = 0; i < candidates->count; i++)
        if (candidates->list[i].source == source) return;
    candidates->list[candidates->count].source = source;
    candidates->list[candidates->count++].kind = kind;
}

static void find_candidates(const cdelta_coder *coder, struct candidates *candidates) {
    const struct walk *walk = &coder->walk;
    candidates->count = 0;
    if (walk->match.valid) add_candidate(walk, candidates, walk->match.at, KIND_MATCH);
    if (walk->run > 0 || walk->position == 0) {
        add_candidate(walk, candidates, walk->base_position + walk->run, KIND_DIAGONAL);
        add_candidate(walk, candidates, walk->base_position, KIND_SAME);
    }
    if (walk->furthest != SIZE_MAX) add_candidate(walk, candidates, walk->furthest, KIND_RETURN);
    size_t word_end = text_end(coder, walk->base_position, true);
    add_candidate(walk, candidates, word_end, KIND_WORD_END);
    if (word_end != SIZE_MAX) add_candidate(walk, candidates, text_end(coder, word_end, false), KIND_FIELD_END);
    for (unsigned i = 0; i < walk->diagonal_count; i++)
        add_candidate(walk, candidates, (uint32_t)(walk->position + walk->diagonals[i]), KIND_RECENT_0 + i);
}

/* The source by its rank among the places that follow bytes like the last ones; SIZE_MAX where it is told otherwise. */
static size_t code_rank(cdelta_coder *coder, size_t source, const unsigned mode) {
    struct walk *walk = &coder->walk;
    if (walk->position < 4 || walk->base_length < 5) return SIZE_MAX;
    places_cover(&coder->places, walk->base, walk->base_length, walk->base_position);
    const uint8_t *end = walk->target + walk->position;
    const uint32_t wanted = cdelta_load32(end - 4);
    size_t from, to,
        middle =
            places_find(&coder->places, end - 4, walk->base_position >= 4 ? walk->base_position - 4 : 0, &from, &to);
    if (middle - from > RANKS) from = middle - RANKS;
    if (to - middle > RANKS) to = middle + RANKS;
    uint32_t lists[2][2 * RANKS]; /* agreeing in 12 bytes or more, and in 4 or more */
    unsigned counts[2] = {0, 0}, before[2] = {0, 0};
    for (size_t i = from; i < to; i++) {
        size_t next = (size_t)coder->places.sorted[i] + 4;
        if (next >= walk->base_length || cdelta_load32(walk->base + next - 4) != wanted) continue;
        bool long_one = agreement(end, walk->position, walk->base + next, next) >= 12;
        for (unsigned which = long_one ? 0 : 1; which < 2; which++) {
            lists[which][counts[which]++] = (uint32_t)next;
            before[which] += next < walk->base_position;
        }
    }
    for (unsigned which = 0; which < 2; which++) {
        const unsigned count = counts[which], middle_rank = before[which];
        if (count == 0) continue;
        unsigned rank = count;
        if (!(mode & DECODING))
            for (rank = 0; rank < count && lists[which][rank] != source;) rank++;
        if (!code_bit(coder, BIT_RANK + which * 2 + (count > 4), rank < count, mode)) continue;
        bool back = middle_rank == count;
        if (middle_rank > 0 && middle_rank < count) back = code_bit(coder, BIT_BACK + which, rank < middle_rank, mode);
        uint32_t distance = code_number(coder, which == 0 ? NUMBER_RANK_LONG : NUMBER_RANK_SHORT,
                                        mode & DECODING ? 1
                                        : back          ? middle_rank - rank
                                                        : rank - middle_rank + 1,
                                        mode);
        uint64_t found = back ? (uint64_t)middle_rank - distance : (uint64_t)middle_rank + distance - 1;
        return found < count ? lists[which][found] : (size_t)CDELTA_MAX_BYTES * 2;
    }
    return SIZE_MAX;
}

/* A copy's source, counted as in cdelta_copy; decoded, it may lie beyond all. */
static size_t code_source(cdelta_coder *coder, size_t source, unsigned *out_kind, const unsigned mode,
                          const bool small) {
    struct walk *walk = &coder->walk;
    struct candidates candidates;
    find_candidates(coder, &candidates);
    for (unsigned i = 0; i < candidates.count; i++) {
        const unsigned kind = candidates.list[i].kind, length = walk->match.length;
        const unsigned trust = kind != KIND_MATCH ? (i < 3 ? i : 3)
                               : length < 8       ? 0
                               : length < 16      ? 1
                               : length < 32      ? 2
                                                  : 3;
        const unsigned context = BIT_CANDIDATE + (kind * 3 + (walk->run == 0 ? 0 : walk->run < 4 ? 1 : 2)) * 4 + trust;
        if (code_bit(coder, context, source == candidates.list[i].source, mode)) {
            *out_kind = kind;
            return candidates.list[i].source;
        }
    }
    if (walk->position > 0 && code_bit(coder, BIT_PAST + (walk->run == 0), source >= walk->base_length, mode)) {
        *out_kind = KIND_PAST;
        uint32_t distance =
            code_number(coder, NUMBER_PAST, (uint32_t)(walk->position - (source - walk->base_length)), mode);
        return distance <= walk->position ? walk->base_length + walk->position - distance : SIZE_MAX;
    }
    if (small) {
        *out_kind = KIND_RANK;
        size_t found = code_rank(coder, source, mode);
        if (found != SIZE_MAX) return found;
    }
    *out_kind = KIND_FAR;
    const bool back = code_bit(coder, BIT_BACK + 2, source < walk->base_position, mode);
    const uint32_t distance =
        code_number(coder, NUMBER_FORTH + back,
                    (uint32_t)(back ? walk->base_position - source : source - walk->base_position + 1), mode);
    /* Below 0 it wraps to what no base reaches. */
    source = back ? walk->base_position - distance : walk->base_position + distance - 1;
    return source < walk->base_length ? source : SIZE_MAX;
}

/* Takes note of a copy. */
static void copy_done(cdelta_coder *coder, size_t source, size_t length, unsigned kind) {
    struct walk *walk = &coder->walk;
    walk->work -= SYMBOL_WORK;
    if (source < walk->base_length) {
        const size_t end = source + length;
        if (coder->training != NULL) {
            for (size_t at = source + 1; at < end; at++) coder->training->passes[break_classes(coder, at)]++;
            if (end < walk->base_length) coder->training->ends[break_classes(coder, end)]++;
        }
        if (end >= 4 && end < walk->base_length) {
            unsigned slot = break_slot(walk, end);
            if (coder->breaks[slot].hits < 255) coder->breaks[slot].hits++;
        }
        const uint32_t diagonal = (uint32_t)(source - walk->position);
        unsigned i = 0;
        while (i < walk->diagonal_count && walk->diagonals[i] != diagonal) i++;
        if (i == walk->diagonal_count) {
            if (i == 3)
                i = 2;
            else
                walk->diagonal_count++;
        }
        for (; i > 0; i--) walk->diagonals[i] = walk->diagonals[i - 1];
        walk->diagonals[0] = diagonal;
        if (walk->furthest == SIZE_MAX || (source <= walk->furthest && end > walk->furthest)) walk->furthest = end;
        walk->base_position = end;
    }
    walk->position += length;
    walk->run = 0;
    walk->equal_run = 0;
    walk->followed = 0;
    walk->last_kind = kind;
    walk->match.valid = walk->past.valid = false;
    walk->match.misses = walk->past.misses = 0;
}
