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

static inline uint32_t cdelta_find32(const uint8_t *hay, __m256i first, __m256i sixth) {
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)hay), first),
                         _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(hay + 5)), sixth)));
}

/* Bit i is set where hay[i] is `first` and hay[i + 5] is `sixth`, for 64 positions; reads 69 bytes. */
static inline uint64_t kernel_find64(const uint8_t *hay, uint8_t first, uint8_t sixth) {
    __m256i one = _mm256_set1_epi8((char)first), six = _mm256_set1_epi8((char)sixth);
    return cdelta_find32(hay, one, six) | (uint64_t)cdelta_find32(hay + 32, one, six) << 32;
}
