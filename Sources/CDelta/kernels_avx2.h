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

/* Bit i is set where hay[i, i+4) is the needle, for 64 positions; reads 67 bytes. */
static inline uint64_t kernel_find4(const uint8_t *hay, uint32_t needle) {
    uint64_t mask = 0;
    for (unsigned half = 0; half < 64; half += 32) {
        __m256i all = _mm256_set1_epi8(-1);
        for (unsigned i = 0; i < 4; i++)
            all = _mm256_and_si256(all, _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(hay + half + i)),
                                                          _mm256_set1_epi8((char)(needle >> 8 * i))));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(all) << half;
    }
    return mask;
}
