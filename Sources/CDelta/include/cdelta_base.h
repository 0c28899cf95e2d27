#pragma once
/* What every other header of CDelta shares: types, statuses, limits, and what annotations mean to clang and Swift.
 * The core does no I/O, keeps no mutable globals and starts no threads. Sizes and offsets are in bytes. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#define CDELTA_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define CDELTA_NONNULL_END _Pragma("clang assume_nonnull end")
#define CDELTA_CLOSED __attribute__((enum_extensibility(closed)))
#else
#define CDELTA_NONNULL_BEGIN
#define CDELTA_NONNULL_END
#define CDELTA_CLOSED
#define _Nullable
#define _Nonnull
#endif

/* The longest base or target, so that an offset into base and target together fits 32 bits. */
#define CDELTA_MAX_BYTES ((size_t)0x7fffffff)

typedef enum cdelta_status {
    CDELTA_OK = 0,
    CDELTA_BAD_ARGUMENT = 1,  /* the caller broke a Requires; nothing was done */
    CDELTA_OUT_OF_MEMORY = 2, /* nothing was kept */
    CDELTA_CORRUPT = 3,       /* a delta that no encoder writes, or one for another base; the output is void */
} CDELTA_CLOSED cdelta_status;

/* One stretch of the target that also occurs earlier: in the base, or in the target's own past.
 * `source` counts through base and target together: below the base's length it is an offset into the base, from
 * there on it is that many bytes past the target's start. A copy from the target's past may overlap itself. */
typedef struct cdelta_copy {
    uint32_t source, target, length;
} cdelta_copy;
