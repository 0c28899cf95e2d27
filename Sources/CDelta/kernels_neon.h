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
