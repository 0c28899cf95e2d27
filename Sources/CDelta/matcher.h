#pragma once
/* The matcher's scratch memory, and the table of functions that each instruction set fills in. */
#include "cdelta_matcher.h"
#include "index.h"

enum { CDELTA_RECENT_SLOTS = 4096 };

struct cdelta_kernels {
    size_t (*common_prefix)(const uint8_t *a, const uint8_t *b, size_t length);
    size_t (*common_suffix)(const uint8_t *a, const uint8_t *b, size_t length);
    cdelta_status (*match)(cdelta_matcher *matcher, const cdelta_index *index, const uint8_t *base, size_t base_length,
                           const uint8_t *target, size_t target_length, cdelta_effort effort, size_t look_ups);
};

extern const struct cdelta_kernels cdelta_kernels_portable;
#if defined(__x86_64__)
extern const struct cdelta_kernels cdelta_kernels_avx2;
#elif defined(__aarch64__)
extern const struct cdelta_kernels cdelta_kernels_neon;
#endif

/* The functions for `isa`, or NULL where this build or this processor has none. */
const struct cdelta_kernels *cdelta_kernels_for(cdelta_isa isa);

struct cdelta_matcher {
    const struct cdelta_kernels *kernels;
    cdelta_copy *copies;
    size_t count, capacity;
    /* Places of the target that searches of this call went through, by short hash, counted from 1. It is cleared by
     * the first search that goes that far: most pages need none. */
    bool recent_is_clear;
    uint32_t recent[CDELTA_RECENT_SLOTS];
};

/* Makes room for more copies; false when memory ran out. */
bool cdelta_matcher_grow(cdelta_matcher *matcher);
