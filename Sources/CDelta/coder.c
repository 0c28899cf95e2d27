#include "coder.h"
#include "training.h"
#include <stddef.h>
#include <stdlib.h>

enum { SMALL_SLOTS_PER_SYMBOL = 32, BALANCED_SLOTS_PER_SYMBOL = 4, BALANCED_SLOTS_MAX = 1 << 15 };

/* Shorter copies cost more than the same bytes as literals, which the base predicts well. */
enum { SMALL_COPY = 256, BALANCED_COPY = 16 };

/* A match that agreed in as many bytes is followed byte by byte, by one bit each: that's quick but predicts less. */
enum { SMALL_FOLLOW = 32, BALANCED_FOLLOW = 20 };

static uint8_t class_of(unsigned byte) {
    if (byte >= '0' && byte <= '9') return 0;
    if (byte >= 'a' && byte <= 'f') return 1;
    if (byte >= 'g' && byte <= 'z') return 2;
    if (byte >= 'A' && byte <= 'Z') return 3;
    if (byte >= 128) return 12;
    switch (byte) {
    case ' ':
        return 4;
    case '\n':
    case '\t':
    case '\r':
        return 5;
    case '"':
    case '\'':
        return 6;
    case '<':
        return 7;
    case '>':
        return 8;
    case '/':
    case '=':
        return 9;
    case '.':
    case ',':
    case ':':
    case ';':
        return 10;
    case '-':
    case '_':
        return 11;
    default:
        return CLASS_NONE;
    }
}

static const struct coder_kernels *kernels_for(cdelta_isa isa) {
    if (!cdelta_isa_available(isa)) return NULL;
    switch (isa) {
    case CDELTA_ISA_PORTABLE:
        return &coder_kernels_portable;
    case CDELTA_ISA_AVX2:
#if defined(__x86_64__)
        return &coder_kernels_avx2;
#else
        return NULL;
#endif
    case CDELTA_ISA_NEON:
#if defined(__aarch64__)
        return &coder_kernels_neon;
#else
        return NULL;
#endif
    }
    return NULL;
}

cdelta_status cdelta_coder_create(cdelta_isa isa, cdelta_coder **out_coder) {
    *out_coder = NULL;
    const struct coder_kernels *kernels = kernels_for(isa);
    if (kernels == NULL) return CDELTA_BAD_ARGUMENT;
    cdelta_coder *coder = aligned_alloc(64, sizeof *coder);
    if (coder == NULL) return CDELTA_OUT_OF_MEMORY;
    memset(coder, 0, offsetof(cdelta_coder, places)); /* all but the large tables, which each walk fills itself */
    coder->kernels = kernels;
    logistic_init(&coder->logistic);
    for (unsigned byte = 0; byte < 256; byte++) coder->classes[byte] = class_of(byte);
    training_load(coder, CDELTA_DEPTH_BALANCED);
    training_load(coder, CDELTA_DEPTH_SMALL);
    *out_coder = coder;
    return CDELTA_OK;
}

size_t cdelta_coder_memory(void) {
    return sizeof(cdelta_coder);
}

void cdelta_coder_free(cdelta_coder *coder) {
    free(coder);
}

/* Starts a walk over a target, from what was learned in training. */
static void begin(cdelta_coder *coder, unsigned size_class) {
    const bool small = coder->depth == CDELTA_DEPTH_SMALL;
    const size_t symbols = (size_t)16 << size_class;
    size_t slots = symbols * (small ? SMALL_SLOTS_PER_SYMBOL : BALANCED_SLOTS_PER_SYMBOL), past = symbols;
    const size_t most = small ? SLOTS_MAX : BALANCED_SLOTS_MAX;
    if (slots > most) slots = most;
    if (past > PAST_MAX) past = PAST_MAX;
    coder->slot_mask = (uint32_t)slots - 1;
    coder->past_mask = (uint32_t)past - 1;
    memset(coder->slots, small ? 1 : 0, slots * (small ? SLOT_BYTES : NIBBLE_SLOT_BYTES));
    memset(coder->past, 0, past * sizeof coder->past[0]);
    memset(coder->breaks, 0, sizeof coder->breaks);
    if (coder->training == NULL) {
        if (small) {
            coder->now = coder->start;
        } else {
            memcpy(coder->now.probabilities, coder->start_balanced, sizeof coder->start_balanced);
            coder->nibbles = coder->start_nibbles;
        }
        coder->map_shift = small ? 6 : 5;
        coder->bit_shift = small ? 5 : 4;
        coder->rate_shift = 1;
    }
    coder->spent = 0;
    coder->places.wait = 0;
    struct walk *walk = &coder->walk;
    if (walk->base_length > WINDOW) coder->places.to = 0; /* the window goes the same way in every walk */
    *walk = (struct walk){.base = walk->base,
                          .base_length = walk->base_length,
                          .target = walk->target,
                          .target_length = walk->target_length,
                          .work = symbols * SYMBOL_WORK,
                          .looked_at = SIZE_MAX,
                          .furthest = SIZE_MAX,
                          .follow_from = small ? SMALL_FOLLOW : BALANCED_FOLLOW};
}

static unsigned size_class_of(size_t symbols) {
    unsigned size_class = 0;
    while ((size_t)16 << size_class < symbols) size_class++;
    return size_class;
}

/* Literals and copies where copies shorter than `min_length` are left to the literals. */
static size_t count_symbols(const cdelta_copy *copies, size_t count, size_t min_length, size_t target_length) {
    size_t symbols = target_length;
    for (size_t i = 0; i < count; i++)
        if (copies[i].length >= min_length) symbols -= copies[i].length - 1;
    return symbols;
}

/* A stream that was begun with another base may have left places of that one. */
static void set_pages(cdelta_coder *coder, cdelta_depth depth, const uint8_t *base, size_t base_length,
                      const uint8_t *target, size_t target_length) {
    coder->depth = depth;
    coder->places.to = 0;
    coder->walk.base = base;
    coder->walk.base_length = base_length;
    coder->walk.target = target;
    coder->walk.target_length = target_length;
}

cdelta_status cdelta_coder_encode(cdelta_coder *coder, cdelta_depth depth, const uint8_t *base, size_t base_length,
                                  const uint8_t *target, size_t target_length, const cdelta_copy *copies, size_t count,
                                  uint8_t *out, size_t capacity, size_t *out_length, unsigned *out_size_class) {
    *out_length = capacity + 1;
    *out_size_class = 0;
    if (base_length > CDELTA_MAX_BYTES || target_length > CDELTA_MAX_BYTES) return CDELTA_BAD_ARGUMENT;
    set_pages(coder, depth, base, base_length, target, target_length);
    size_t min_length = depth == CDELTA_DEPTH_SMALL ? SMALL_COPY : BALANCED_COPY;
    size_t symbols = count_symbols(copies, count, min_length, target_length);
    while (symbols > CDELTA_SYMBOLS_MAX && min_length > 1) {
        min_length /= 2;
        symbols = count_symbols(copies, count, min_length, target_length);
    }
    if (symbols > CDELTA_SYMBOLS_MAX) return CDELTA_OK;
    unsigned size_class = size_class_of(symbols);
    for (;; size_class++) { /* it rarely takes more: a copy that is met too late is left out */
        if (size_class > SIZE_CLASS_MAX) return CDELTA_OK;
        begin(coder, size_class);
        range_coder_encode_to(&coder->range, out, capacity);
        if (coder->kernels->encode(coder, copies, count, min_length)) break;
    }
    *out_size_class = size_class;
    *out_length = range_coder_finish(&coder->range);
    return CDELTA_OK;
}

cdelta_status cdelta_coder_decode(cdelta_coder *coder, cdelta_depth depth, unsigned size_class, const uint8_t *stream,
                                  size_t length, const uint8_t *base, size_t base_length, uint8_t *out,
                                  size_t target_length, cdelta_trace *trace) {
    if (base_length > CDELTA_MAX_BYTES || target_length > CDELTA_MAX_BYTES || size_class > SIZE_CLASS_MAX)
        return CDELTA_BAD_ARGUMENT;
    set_pages(coder, depth, base, base_length, out, target_length);
    begin(coder, size_class);
    range_coder_decode_from(&coder->range, stream, length);
    coder->trace = trace;
    cdelta_status status = coder->kernels->decode(coder, out);
    coder->trace = NULL;
    if (status == CDELTA_OK && coder->range.position < length) return CDELTA_CORRUPT; /* bytes that nothing read */
    return status;
}
