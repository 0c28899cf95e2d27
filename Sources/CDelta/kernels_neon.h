#pragma once
/* The comparing primitives with NEON: 16 bytes at a time. */
#include "load.h"
#include <arm_neon.h>
#include <stdbool.h>

/* One bit for each of the 64 bytes, from their top bits: fold neighbours three times. */
static inline uint64_t cdelta_bits64(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t ab = vpaddq_u8(vandq_u8(a, weights), vandq_u8(b, weights));
    uint8x16_t cd = vpaddq_u8(vandq_u8(c, weights), vandq_u8(d, weights));
    uint8x16_t all = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline uint8x16_t cdelta_unequal16(const uint8_t *a, const uint8_t *b) {
    return vmvnq_u8(vceqq_u8(vld1q_u8(a), vld1q_u8(b)));
}

static inline uint64_t kernel_unequal64(const uint8_t *a, const uint8_t *b) {
    return cdelta_bits64(cdelta_unequal16(a, b), cdelta_unequal16(a + 16, b + 16), cdelta_unequal16(a + 32, b + 32),
                         cdelta_unequal16(a + 48, b + 48));
}

static inline bool kernel_differ128(const uint8_t *a, const uint8_t *b) {
    uint8x16_t difference = vdupq_n_u8(0);
    for (unsigned i = 0; i < 128; i += 16)
        difference = vorrq_u8(difference, veorq_u8(vld1q_u8(a + i), vld1q_u8(b + i)));
    return vmaxvq_u8(difference) != 0;
}

static inline uint8x16_t cdelta_find16(const uint8_t *hay, uint8x16_t first, uint8x16_t second, unsigned distance) {
    return vandq_u8(vceqq_u8(vld1q_u8(hay), first), vceqq_u8(vld1q_u8(hay + distance), second));
}

/* Bit i is set where hay[i] is `first` and hay[i + distance] is `second`, for 64 positions; reads 64 + distance bytes. */
static inline uint64_t kernel_find64(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    uint8x16_t one = vdupq_n_u8(first), two = vdupq_n_u8(second);
    return cdelta_bits64(cdelta_find16(hay, one, two, distance), cdelta_find16(hay + 16, one, two, distance),
                         cdelta_find16(hay + 32, one, two, distance), cdelta_find16(hay + 48, one, two, distance));
}

/* Whether there is any such position among 128; reads 128 + distance bytes. */
static inline bool kernel_has128(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    const uint8x16_t one = vdupq_n_u8(first), two = vdupq_n_u8(second);
    uint8x16_t found = vdupq_n_u8(0);
    for (unsigned i = 0; i < 128; i += 16) found = vorrq_u8(found, cdelta_find16(hay + i, one, two, distance));
    return vmaxvq_u8(found) != 0;
}

/* The sum of products of 16-bit lanes, and each weight moved by input * error / 2^15, rounded, saturating. */
static inline int32_t kernel_dot(const int16_t *weights, const int16_t *inputs, const unsigned lanes) {
    int32x4_t sums = vdupq_n_s32(0);
    for (unsigned i = 0; i < lanes; i += 8) {
        int16x8_t weight = vld1q_s16(weights + i), input = vld1q_s16(inputs + i);
        sums = vmlal_s16(sums, vget_low_s16(weight), vget_low_s16(input));
        sums = vmlal_high_s16(sums, weight, input);
    }
    return vaddvq_s32(sums);
}

static inline void kernel_adjust(int16_t *weights, const int16_t *inputs, int error, const unsigned lanes) {
    for (unsigned i = 0; i < lanes; i += 8) {
        int16x8_t step = vqrdmulhq_n_s16(vld1q_s16(inputs + i), (int16_t)error);
        vst1q_s16(weights + i, vqaddq_s16(vld1q_s16(weights + i), step));
    }
}

/* Sixteen lanes: of a nibble's symbols, how likely the ones before each are, of 2^15. */
typedef int16x8x2_t kernel_nibble;

static inline kernel_nibble kernel_nibble_load(const int16_t *from) {
    return (kernel_nibble){{vld1q_s16(from), vld1q_s16(from + 8)}};
}

static inline void kernel_nibble_store(int16_t *to, kernel_nibble nibble) {
    vst1q_s16(to, nibble.val[0]);
    vst1q_s16(to + 8, nibble.val[1]);
}

/* Certainty of a symbol. */
static inline kernel_nibble kernel_nibble_step(unsigned symbol) {
    const int16x8_t low = {0, 1, 2, 3, 4, 5, 6, 7}, high = {8, 9, 10, 11, 12, 13, 14, 15};
    const int16x8_t wanted = vdupq_n_s16((int16_t)symbol);
    return (kernel_nibble){{vreinterpretq_s16_u16(vshrq_n_u16(vcgtq_s16(low, wanted), 1)),
                            vreinterpretq_s16_u16(vshrq_n_u16(vcgtq_s16(high, wanted), 1))}};
}

/* From `from`, a share of 2^15 of the way to `to`. */
static inline kernel_nibble kernel_nibble_toward(kernel_nibble from, kernel_nibble to, int16_t share) {
    for (unsigned i = 0; i < 2; i++)
        from.val[i] = vaddq_s16(from.val[i], vqrdmulhq_n_s16(vsubq_s16(to.val[i], from.val[i]), share));
    return from;
}

static inline kernel_nibble kernel_nibble_choose(bool first, kernel_nibble one, kernel_nibble other) {
    const uint16x8_t mask = vdupq_n_u16((uint16_t)-first);
    return (kernel_nibble){{vbslq_s16(mask, one.val[0], other.val[0]), vbslq_s16(mask, one.val[1], other.val[1])}};
}

/* Leaves every symbol 8 of 2^15. */
static inline kernel_nibble kernel_nibble_floor(kernel_nibble nibble) {
    const int16x8_t low = {0, 8, 16, 24, 32, 40, 48, 56}, high = {64, 72, 80, 88, 96, 104, 112, 120};
    nibble.val[0] = vaddq_s16(vsubq_s16(nibble.val[0], vshrq_n_s16(nibble.val[0], 8)), low);
    nibble.val[1] = vaddq_s16(vsubq_s16(nibble.val[1], vshrq_n_s16(nibble.val[1], 8)), high);
    nibble.val[0] = vsetq_lane_s16(0, nibble.val[0], 0);
    return nibble;
}

/* The last symbol whose lane isn't above `value`. */
static inline unsigned kernel_nibble_find(kernel_nibble nibble, int16_t value) {
    const int16x8_t wanted = vdupq_n_s16(value);
    const uint16x8_t found =
        vaddq_u16(vshrq_n_u16(vcleq_s16(nibble.val[0], wanted), 15), vshrq_n_u16(vcleq_s16(nibble.val[1], wanted), 15));
    return vaddvq_u16(found) - 1u;
}
