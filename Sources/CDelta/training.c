#include "training.h"
#include <stdlib.h>
#include <string.h>

/* The table has one printable character for each constant, from FIRST on: logits in steps of 1/4 nat, weights of 1/32,
 * hazards of a quarter of a doubling. */
enum { FIRST = '#', LOWEST = -46, HIGHEST = 46, LOGIT_STEP = 32, WEIGHT_STEP = 512 };

enum { LITERALS_MAX = 20000 };

/* In rows, since C compilers need not take longer strings. */
enum { ROW = 110 };
static const char table_small[][ROW + 1] = {
#include "constants_small.inc"
};
static const char table_balanced[][ROW + 1] = {
#include "constants_balanced.inc"
};

static int quantized(int value, int step) {
    int steps = (value + (value < 0 ? -step / 2 : step / 2)) / step;
    return steps < LOWEST ? LOWEST : steps > HIGHEST ? HIGHEST : steps;
}

/* A hazard from 1 to 65535, and its logarithm in quarters. */
static unsigned hazard_of(int quarters) {
    static const unsigned fractions[4] = {65536, 77936, 92682, 110218}; /* 2^(i/4) */
    unsigned value = (unsigned)(((uint64_t)fractions[quarters & 3] << (quarters >> 2)) >> 16);
    return value > 65535 ? 65535 : value;
}
static int quarters_of(unsigned hazard) {
    int quarters = 0;
    while (quarters < 63 && hazard_of(quarters + 1) <= hazard) quarters++;
    return quarters;
}

/* How many constants a depth has of each sort; of each set of lanes only those that have an input. */
static size_t weight_count(cdelta_depth depth) {
    return depth == CDELTA_DEPTH_SMALL ? SMALL_WEIGHTS : 0;
}
static size_t probability_count(cdelta_depth depth) {
    return depth == CDELTA_DEPTH_SMALL ? SMALL_PROBABILITIES : BALANCED_PROBABILITIES;
}
static bool has_input(size_t weight) {
    return weight < WEIGHT_LITERAL || weight >= WEIGHT_FINALS ||
           (weight - WEIGHT_LITERAL) % SMALL_LANES < SMALL_SLOTS + SMALL_DIRECT;
}

/* Reads a table of rows of `row` characters with `gap` more behind each. */
struct table_reader {
    const char *at;
    size_t row, gap, column;
};
static int next_constant(struct table_reader *reader) {
    if (reader->column == reader->row) {
        reader->at += reader->gap;
        reader->column = 0;
    }
    reader->column++;
    return *reader->at++ - FIRST;
}

static void load(cdelta_coder *coder, cdelta_depth depth, struct table_reader reader) {
    uint16_t *probabilities = depth == CDELTA_DEPTH_SMALL ? coder->start.probabilities : coder->start_balanced;
    for (size_t i = 0; i < weight_count(depth); i++)
        coder->start.weights[i] =
            has_input(i) ? (int16_t)((next_constant(&reader) + LOWEST) * WEIGHT_STEP) : (int16_t)0;
    for (size_t i = 0; i < probability_count(depth); i++) {
        int logit = (next_constant(&reader) + LOWEST) * LOGIT_STEP;
        probabilities[i] = (uint16_t)logistic_squash(&coder->logistic, logit_clamp(logit));
    }
    if (depth != CDELTA_DEPTH_SMALL) {
        for (size_t i = 0; i < NIBBLES; i++) {
            /* Of what the symbols before leave. */
            uint32_t below = 0;
            for (unsigned symbol = 0; symbol < 15; symbol++) {
                int logit = (next_constant(&reader) + LOWEST) * LOGIT_STEP;
                coder->start_nibbles.known[i][symbol] = (int16_t)below;
                below += (32767 - below) * logistic_squash(&coder->logistic, logit_clamp(logit)) >> 16;
            }
            coder->start_nibbles.known[i][15] = (int16_t)below;
        }
        coder->start_nibbles.shares[SHARE_NONE] = 0;
        for (size_t i = 1; i < SHARES; i++) {
            int logit = (next_constant(&reader) + LOWEST) * LOGIT_STEP;
            coder->start_nibbles.shares[i] = (int16_t)(logistic_squash(&coder->logistic, logit_clamp(logit)) >> 1);
        }
    }
    for (size_t i = 0; i < HAZARDS; i++) coder->hazards[depth][i] = (uint16_t)hazard_of(next_constant(&reader));
}

static size_t table_length(cdelta_depth depth) {
    size_t length = probability_count(depth) + HAZARDS;
    if (depth != CDELTA_DEPTH_SMALL) length += NIBBLES * 15 + SHARES - 1;
    for (size_t i = 0; i < weight_count(depth); i++) length += has_input(i);
    return length;
}

void training_load(cdelta_coder *coder, cdelta_depth depth) {
    const bool small = depth == CDELTA_DEPTH_SMALL;
    const size_t rows = (small ? sizeof table_small : sizeof table_balanced) / (ROW + 1);
    /* Only while the model is being changed, until `make train` has run, does the table not fit. */
    if (rows != (table_length(depth) + ROW - 1) / ROW) return;
    load(coder, depth, (struct table_reader){small ? table_small[0] : table_balanced[0], ROW, 1, 0});
}

size_t cdelta_training_write(const cdelta_training *training, char *out, size_t capacity) {
    const cdelta_coder *coder = training->coder;
    if (capacity < table_length(training->depth)) return 0;
    char *at = out;
    for (size_t i = 0; i < weight_count(training->depth); i++)
        if (has_input(i)) *at++ = (char)(FIRST - LOWEST + quantized(training->now.weights[i], WEIGHT_STEP));
    for (size_t i = 0; i < probability_count(training->depth); i++)
        *at++ =
            (char)(FIRST - LOWEST + quantized(coder->logistic.logit[training->now.probabilities[i] >> 4], LOGIT_STEP));
    if (training->depth != CDELTA_DEPTH_SMALL) {
        for (size_t i = 0; i < NIBBLES; i++)
            for (unsigned symbol = 0; symbol < 15; symbol++) {
                const int16_t *lanes = training->nibbles.known[i];
                const unsigned below = symbol > 0 ? (unsigned)lanes[symbol] : 0, left = 32768 - below;
                const unsigned has = (unsigned)lanes[symbol + 1] - below;
                *at++ = (char)(FIRST - LOWEST + quantized(coder->logistic.logit[has * 4095 / left], LOGIT_STEP));
            }
        for (size_t i = 1; i < SHARES; i++)
            *at++ =
                (char)(FIRST - LOWEST + quantized(coder->logistic.logit[training->nibbles.shares[i] >> 3], LOGIT_STEP));
    }
    for (size_t i = 0; i < HAZARDS; i++) {
        /* 0.02 and 1 more than were seen, so that what was never seen stays possible. */
        uint64_t hazard =
            (training->ends[i] * UINT64_C(100) + 2) * 4 * 65536 / ((training->passes[i] + UINT64_C(1)) * 100);
        *at++ = (char)(FIRST + quarters_of(hazard < 1 ? 1 : hazard > 60000 ? 60000 : (unsigned)hazard));
    }
    return (size_t)(at - out);
}

/* What is known without any page: a bit is likely what it was before, and all inputs are about equally good. */
static void begin_generic(struct learned *learned, cdelta_depth depth, const struct logistic *logistic) {
    for (size_t i = 0; i < weight_count(depth); i++)
        learned->weights[i] = i < WEIGHT_LITERAL   ? 5000
                              : i >= WEIGHT_FINALS ? (i % FINAL_LANES < SMALL_SETS ? 16384 / SMALL_SETS : 0)
                              : has_input(i)       ? 3500
                                                   : 0;
    for (size_t i = 0; i < SMALL_PROBABILITIES; i++) learned->probabilities[i] = 32768;
    for (size_t i = FOLLOW_2; i < STOP_2; i++) learned->probabilities[i] = 62000;
    for (size_t i = DIRECT_AT; i < DIRECT_BIAS; i++) {
        size_t j = i - (i < DIRECT_MATCH ? DIRECT_AT : i < DIRECT_PAST ? DIRECT_MATCH : DIRECT_PAST);
        if (j > 0) learned->probabilities[i] = (j - 1) & 1 ? 49152 : 16384;
    }
    if (depth != CDELTA_DEPTH_SMALL) return;
    for (unsigned i = 0; i < SMALL_SLOTS * 2; i++)
        for (unsigned history = 2; history < 256; history++) {
            unsigned bits = floor_log2(history), ones = (unsigned)__builtin_popcount(history) - 1;
            learned->probabilities[HISTORY + i * 256 + history] =
                (uint16_t)((ones * 2 + 1 + (history & 1) * 2) * 65535 / (2 * bits + 4));
        }
    for (int i = 0; i < SMALL_PROBABILITIES - REFINE; i++)
        learned->probabilities[REFINE + i] =
            (uint16_t)logistic_squash(logistic, logit_clamp((i % REFINE_STEPS << REFINE_SHIFT) - REFINE_ZERO));
    for (unsigned i = 0; i < 256; i++) {
        unsigned zeros = i / 8 % 8, ones = i % 8;
        learned->probabilities[TALLY + i] = (uint16_t)((ones * 2 + 1) * 65535 / (2 * (zeros + ones) + 2));
    }
}

/* All symbols alike, and all distributions half trusted. */
static void begin_nibbles(struct learned_nibbles *nibbles) {
    for (size_t i = 0; i < NIBBLES; i++)
        for (int symbol = 0; symbol < 16; symbol++) nibbles->known[i][symbol] = (int16_t)(symbol * 2047);
    for (size_t i = 1; i < SHARES; i++) nibbles->shares[i] = 16384;
}

cdelta_status cdelta_training_create(cdelta_coder *coder, cdelta_depth depth, cdelta_training **out) {
    *out = NULL;
    cdelta_training *training = aligned_alloc(64, (sizeof *training + 63) / 64 * 64);
    if (training == NULL) return CDELTA_OUT_OF_MEMORY;
    memset(training, 0, sizeof *training);
    training->coder = coder;
    training->depth = depth;
    begin_generic(&training->now, depth, &coder->logistic);
    begin_nibbles(&training->nibbles);
    for (unsigned i = 0; i < HAZARDS; i++) coder->hazards[depth][i] = 1000;
    *out = training;
    return CDELTA_OK;
}

void cdelta_training_free(cdelta_training *training) {
    free(training);
}

void cdelta_training_begin(cdelta_training *training, unsigned round) {
    training->round = round;
    memset(training->ends, 0, sizeof training->ends);
    memset(training->passes, 0, sizeof training->passes);
}

cdelta_status cdelta_training_learn(cdelta_training *training, const uint8_t *base, size_t base_length,
                                    const uint8_t *target, size_t target_length, const cdelta_copy *copies,
                                    size_t count, size_t *out_length) {
    cdelta_coder *coder = training->coder;
    size_t literals = target_length;
    for (size_t i = 0; i < count; i++) literals -= copies[i].length;
    *out_length = 0;
    if (literals > LITERALS_MAX) return CDELTA_OK;
    coder->training = training;
    coder->now = training->now;
    coder->nibbles = training->nibbles;
    coder->map_shift = coder->bit_shift = 4 + training->round;
    coder->rate_shift = 2;
    unsigned size_class;
    cdelta_status status = cdelta_coder_encode(coder, training->depth, base, base_length, target, target_length, copies,
                                               count, NULL, 0, out_length, &size_class);
    training->now = coder->now;
    training->nibbles = coder->nibbles;
    coder->training = NULL;
    return status;
}

cdelta_status cdelta_training_end(cdelta_training *training) {
    const size_t length = table_length(training->depth);
    char *table = malloc(length);
    if (table == NULL) return CDELTA_OUT_OF_MEMORY;
    cdelta_training_write(training, table, length);
    load(training->coder, training->depth, (struct table_reader){table, length, 0, 0});
    free(table);
    return CDELTA_OK;
}
