#pragma once
/* The comparing primitives in plain C11: eight bytes at a time, in a register. */
#include "load.h"
#include <stdbool.h>

/* One bit for each of the 8 bytes: set where the byte is not zero. */
static inline uint64_t cdelta_nonzero_bytes(uint64_t value) {
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t top = (((value & low) + low) | value) & ~low;  /* the top bit of every byte that is not zero */
    return (top >> 7) * UINT64_C(0x0102040810204080) >> 56; /* gather the eight bits */
}

static inline uint64_t kernel_unequal64(const uint8_t *a, const uint8_t *b) {
    uint64_t mask = 0;
    for (unsigned i = 0; i < 8; i++)
        mask |= cdelta_nonzero_bytes(cdelta_load64(a + 8 * i) ^ cdelta_load64(b + 8 * i)) << 8 * i;
    return mask;
}

static inline bool kernel_differ128(const uint8_t *a, const uint8_t *b) {
    uint64_t difference = 0;
    for (unsigned i = 0; i < 16; i++) difference |= cdelta_load64(a + 8 * i) ^ cdelta_load64(b + 8 * i);
    return difference != 0;
}

/* Bit i is set where hay[i] is `first` and hay[i + distance] is `second`, for 64 positions; reads 64 + distance bytes. */
static inline uint64_t kernel_find64(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t mask = 0;
    for (unsigned i = 0; i < 8; i++)
        mask |= cdelta_nonzero_bytes((cdelta_load64(hay + 8 * i) ^ ones * first) |
                                     (cdelta_load64(hay + 8 * i + distance) ^ ones * second))
                << 8 * i;
    return ~mask;
}

/* Whether there is any such position among 128; reads 128 + distance bytes. */
static inline bool kernel_has128(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    return kernel_find64(hay, first, second, distance) | kernel_find64(hay + 64, first, second, distance);
}

/* The sum of products of 16-bit lanes, and each weight moved by input * error / 2^15, rounded, saturating. */
static inline int32_t kernel_dot(const int16_t *weights, const int16_t *inputs, const unsigned lanes) {
    int32_t sum = 0;
    for (unsigned i = 0; i < lanes; i++) sum += weights[i] * inputs[i];
    return sum;
}

static inline void kernel_adjust(int16_t *weights, const int16_t *inputs, int error, const unsigned lanes) {
    for (unsigned i = 0; i < lanes; i++) {
        int32_t weight = weights[i] + (((inputs[i] * error >> 14) + 1) >> 1);
        weights[i] = (int16_t)(weight > INT16_MAX ? INT16_MAX : weight < INT16_MIN ? INT16_MIN : weight);
    }
}

/* Sixteen lanes: of a nibble's symbols, how likely the ones before each are, of 2^15. */
typedef struct {
    int16_t lanes[16];
} kernel_nibble;

static inline kernel_nibble kernel_nibble_load(const int16_t *from) {
    kernel_nibble nibble;
    for (unsigned i = 0; i < 16; i++) nibble.lanes[i] = from[i];
    return nibble;
}

static inline void kernel_nibble_store(int16_t *to, kernel_nibble nibble) {
    for (unsigned i = 0; i < 16; i++) to[i] = nibble.lanes[i];
}

/* Certainty of a symbol. */
static inline kernel_nibble kernel_nibble_step(unsigned symbol) {
    kernel_nibble nibble;
    for (unsigned i = 0; i < 16; i++) nibble.lanes[i] = i > symbol ? INT16_MAX : 0;
    return nibble;
}

/* From `from`, a share of 2^15 of the way to `to`. */
static inline kernel_nibble kernel_nibble_toward(kernel_nibble from, kernel_nibble to, int16_t share) {
    for (unsigned i = 0; i < 16; i++) {
        int32_t way = (int16_t)(to.lanes[i] - from.lanes[i]);
        from.lanes[i] = (int16_t)(from.lanes[i] + (((way * share >> 14) + 1) >> 1));
    }
    return from;
}

static inline kernel_nibble kernel_nibble_choose(bool first, kernel_nibble one, kernel_nibble other) {
    return first ? one : other;
}

/* Leaves every symbol 8 of 2^15. */
static inline kernel_nibble kernel_nibble_floor(kernel_nibble nibble) {
    nibble.lanes[0] = 0;
    for (unsigned i = 1; i < 16; i++)
        nibble.lanes[i] = (int16_t)(nibble.lanes[i] - (nibble.lanes[i] >> 8) + 8 * (int)i);
    return nibble;
}

/* The last symbol whose lane isn't above `value`. */
static inline unsigned kernel_nibble_find(kernel_nibble nibble, int16_t value) {
    unsigned symbol = 0;
    for (unsigned i = 1; i < 16; i++) symbol += nibble.lanes[i] <= value;
    return symbol;
}
