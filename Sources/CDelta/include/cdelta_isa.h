#pragma once
#include "cdelta_base.h"
CDELTA_NONNULL_BEGIN
/* Which instructions the comparing loops use. Every set gives the same results; only the speed differs. */
typedef enum cdelta_isa {
    CDELTA_ISA_PORTABLE = 0, /* plain C11, everywhere */
    CDELTA_ISA_AVX2 = 1,     /* x86-64 with AVX2 and BMI, asked of the processor at run time */
    CDELTA_ISA_NEON = 2,     /* every 64-bit ARM */
} CDELTA_CLOSED cdelta_isa;

/* The fastest set that this processor has. Costs a few nanoseconds; safe from any thread. */
cdelta_isa cdelta_isa_best(void);

/* Whether this build and this processor have `isa`. */
bool cdelta_isa_available(cdelta_isa isa);

/* The number of bytes, at most `length`, that `a` and `b` have in common from their starts (prefix) or, with `a` and
 * `b` of the same length, before their ends (suffix). O(result). Requires `isa` to be available and `length` readable
 * bytes at both; reads nothing else. */
size_t cdelta_common_prefix(cdelta_isa isa, const uint8_t *_Nullable a, const uint8_t *_Nullable b, size_t length);
size_t cdelta_common_suffix(cdelta_isa isa, const uint8_t *_Nullable a, const uint8_t *_Nullable b, size_t length);
CDELTA_NONNULL_END
