#include "matcher.h"
#include <stdlib.h>

const struct cdelta_kernels *cdelta_kernels_for(cdelta_isa isa) {
    switch (isa) {
    case CDELTA_ISA_PORTABLE:
        return &cdelta_kernels_portable;
    case CDELTA_ISA_AVX2:
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
            return &cdelta_kernels_avx2;
#endif
        return NULL;
    case CDELTA_ISA_NEON:
#if defined(__aarch64__)
        return &cdelta_kernels_neon;
#else
        return NULL;
#endif
    }
    return NULL;
}

bool cdelta_isa_available(cdelta_isa isa) {
    return cdelta_kernels_for(isa) != NULL;
}

cdelta_isa cdelta_isa_best(void) {
    if (cdelta_isa_available(CDELTA_ISA_AVX2)) return CDELTA_ISA_AVX2;
    if (cdelta_isa_available(CDELTA_ISA_NEON)) return CDELTA_ISA_NEON;
    return CDELTA_ISA_PORTABLE;
}

size_t cdelta_common_prefix(cdelta_isa isa, const uint8_t *a, const uint8_t *b, size_t length) {
    return cdelta_kernels_for(isa)->common_prefix(a, b, length);
}

size_t cdelta_common_suffix(cdelta_isa isa, const uint8_t *a, const uint8_t *b, size_t length) {
    return cdelta_kernels_for(isa)->common_suffix(a, b, length);
}

cdelta_status cdelta_matcher_create(cdelta_isa isa, cdelta_matcher **out_matcher) {
    *out_matcher = NULL;
    const struct cdelta_kernels *kernels = cdelta_kernels_for(isa);
    if (kernels == NULL) return CDELTA_BAD_ARGUMENT;
    cdelta_matcher *matcher = calloc(1, sizeof *matcher);
    if (matcher == NULL) return CDELTA_OUT_OF_MEMORY;
    matcher->kernels = kernels;
    *out_matcher = matcher;
    return CDELTA_OK;
}

void cdelta_matcher_free(cdelta_matcher *matcher) {
    if (matcher == NULL) return;
    free(matcher->copies);
    free(matcher);
}

bool cdelta_matcher_grow(cdelta_matcher *matcher) {
    size_t capacity = matcher->capacity == 0 ? 256 : 2 * matcher->capacity;
    cdelta_copy *copies = realloc(matcher->copies, capacity * sizeof *copies);
    if (copies == NULL) return false;
    matcher->copies = copies;
    matcher->capacity = capacity;
    return true;
}

cdelta_status cdelta_match(cdelta_matcher *matcher, const cdelta_index *index, const uint8_t *base, size_t base_length,
                           const uint8_t *target, size_t target_length, cdelta_effort effort, size_t look_ups,
                           const cdelta_copy **out_copies, size_t *out_count) {
    *out_copies = NULL;
    *out_count = 0;
    if (base_length != index->base_length || target_length > CDELTA_MAX_BYTES) return CDELTA_BAD_ARGUMENT;
    matcher->count = 0;
    matcher->recent_is_clear = false;
    cdelta_status status =
        matcher->kernels->match(matcher, index, base, base_length, target, target_length, effort, look_ups);
    if (status != CDELTA_OK) return status;
    *out_copies = matcher->copies;
    *out_count = matcher->count;
    return CDELTA_OK;
}
