#pragma once
/* The comparing primitives with AVX2: 32 bytes at a time. */
#include "load.h"
#include <immintrin.h>
#include <stdbool.h>

static inline uint32_t cdelta_equal32(const uint8_t *a, const uint8_t *b) {
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)a), _mm256_loadu_si256((const __m256i *)b)));
}

static inline uint64_t kernel_unequal64(const uint8_t *a, const uint8_t *b) {
    return ~(cdelta_equal32(a, b) | (uint64_t)cdelta_equal32(a + 32, b + 32) << 32);
}

static inline bool kernel_differ128(const uint8_t *a, const uint8_t *b) {
    __m256i difference = _mm256_setzero_si256();
    for (unsigned i = 0; i < 128; i += 32)
        difference = _mm256_or_si256(difference, _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(a + i)),
                                                                  _mm256_loadu_si256((const __m256i *)(b + i))));
    return !_mm256_testz_si256(difference, difference);
}

static inline uint32_t cdelta_find32(const uint8_t *hay, __m256i first, __m256i second, unsigned distance) {
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)hay), first),
                         _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(hay + distance)), second)));
}

/* Bit i is set where hay[i] is `first` and hay[i + distance] is `second`, for 64 positions; reads 64 + distance bytes. */
static inline uint64_t kernel_find64(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    __m256i one = _mm256_set1_epi8((char)first), two = _mm256_set1_epi8((char)second);
    return cdelta_find32(hay, one, two, distance) | (uint64_t)cdelta_find32(hay + 32, one, two, distance) << 32;
}

/* Whether there is any such position among 128; reads 128 + distance bytes. */
static inline bool kernel_has128(const uint8_t *hay, uint8_t first, uint8_t second, unsigned distance) {
    const __m256i one = _mm256_set1_epi8((char)first), two = _mm256_set1_epi8((char)second);
    __m256i found = _mm256_setzero_si256();
    for (unsigned i = 0; i < 128; i += 32)
        found = _mm256_or_si256(
            found, _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(hay + i)), one),
                                    _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(hay + i + distance)), two)));
    return !_mm256_testz_si256(found, found);
}

/* The sum of products of 16-bit lanes, and each weight moved by input * error / 2^15, rounded, saturating. */
static inline __attribute__((always_inline)) int32_t kernel_dot(const int16_t *weights, const int16_t *inputs,
                                                                const unsigned lanes) {
    __m128i sum;
    if (lanes == 8) {
        sum = _mm_madd_epi16(_mm_load_si128((const __m128i *)weights), _mm_load_si128((const __m128i *)inputs));
    } else {
        __m256i sums = _mm256_setzero_si256();
        for (unsigned i = 0; i < lanes; i += 16)
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(_mm256_load_si256((const __m256i *)(weights + i)),
                                                            _mm256_load_si256((const __m256i *)(inputs + i))));
        sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    }
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    return _mm_cvtsi128_si32(sum) + _mm_extract_epi32(sum, 1);
}

static inline __attribute__((always_inline)) void kernel_adjust(int16_t *weights, const int16_t *inputs, int error,
                                                                const unsigned lanes) {
    if (lanes == 8) {
        __m128i step = _mm_mulhrs_epi16(_mm_load_si128((const __m128i *)inputs), _mm_set1_epi16((int16_t)error));
        _mm_store_si128((__m128i *)weights, _mm_adds_epi16(_mm_load_si128((const __m128i *)weights), step));
        return;
    }
    for (unsigned i = 0; i < lanes; i += 16) {
        __m256i step =
            _mm256_mulhrs_epi16(_mm256_load_si256((const __m256i *)(inputs + i)), _mm256_set1_epi16((int16_t)error));
        __m256i *at = (__m256i *)(weights + i);
        _mm256_store_si256(at, _mm256_adds_epi16(_mm256_load_si256(at), step));
    }
}

/* Sixteen lanes: of a nibble's symbols, how likely the ones before each are, of 2^15. */
typedef __m256i kernel_nibble;

static inline kernel_nibble kernel_nibble_load(const int16_t *from) {
    return _mm256_load_si256((const __m256i *)from);
}

static inline void kernel_nibble_store(int16_t *to, kernel_nibble nibble) {
    _mm256_store_si256((__m256i *)to, nibble);
}

/* Certainty of a symbol. */
static inline kernel_nibble kernel_nibble_step(unsigned symbol) {
    const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm256_srli_epi16(_mm256_cmpgt_epi16(lanes, _mm256_set1_epi16((int16_t)symbol)), 1);
}

/* From `from`, a share of 2^15 of the way to `to`. */
static inline kernel_nibble kernel_nibble_toward(kernel_nibble from, kernel_nibble to, int16_t share) {
    return _mm256_add_epi16(from, _mm256_mulhrs_epi16(_mm256_sub_epi16(to, from), _mm256_set1_epi16(share)));
}

static inline kernel_nibble kernel_nibble_choose(bool first, kernel_nibble one, kernel_nibble other) {
    return _mm256_blendv_epi8(other, one, _mm256_set1_epi16((int16_t)-first));
}

/* Leaves every symbol 8 of 2^15. */
static inline kernel_nibble kernel_nibble_floor(kernel_nibble nibble) {
    const __m256i least = _mm256_setr_epi16(0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120);
    nibble = _mm256_add_epi16(_mm256_sub_epi16(nibble, _mm256_srli_epi16(nibble, 8)), least);
    return _mm256_and_si256(nibble, _mm256_setr_epi16(0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
}

/* The last symbol whose lane isn't above `value`. */
static inline unsigned kernel_nibble_find(kernel_nibble nibble, int16_t value) {
    __m256i above = _mm256_cmpgt_epi16(nibble, _mm256_set1_epi16(value));
    return 15 - (unsigned)__builtin_popcount((unsigned)_mm256_movemask_epi8(above)) / 2;
}
