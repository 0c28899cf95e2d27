#pragma once
#include "cdelta_index.h"
#include "cdelta_isa.h"
CDELTA_NONNULL_BEGIN
/* Finds which stretches of a target page also occur in its base, or earlier in the target.
 * A matcher is scratch memory that is reused from call to call: one thread at a time, but threads may share the index.
 * It takes 16 kB, and 12 to 24 bytes for each copy of the page that had most, which it keeps until it is freed. */
typedef struct cdelta_matcher cdelta_matcher;

/* How long to look for better copies. */
typedef enum cdelta_effort {
    CDELTA_EFFORT_FAST = 0,     /* take what is found soon */
    CDELTA_EFFORT_THOROUGH = 1, /* compare all candidates: a delta 3 to 8 % smaller, at up to twice the time */
} CDELTA_CLOSED cdelta_effort;

/* On CDELTA_OK the caller owns *out_matcher; else it is NULL. Requires `isa` to be available. */
cdelta_status cdelta_matcher_create(cdelta_isa isa, cdelta_matcher *_Nullable *_Nonnull out_matcher);
void cdelta_matcher_free(cdelta_matcher *_Nullable matcher); /* NULL is a no-op */

/* Finds the copies of `target` and leaves them at *out_copies, which stays the matcher's and is valid until its next
 * call: ascending, disjoint, each within base or target and compared byte by byte; what they leave out is new.
 * The result depends on base, target, effort and `look_ups` alone: not on the instruction set, the machine or earlier calls.
 * A shared run elsewhere than on the diagonal is met by chance, which grows with its length: blocks of the base are indexed
 * some bytes apart, tables may lose a block to another one, and steps grow with the new bytes walked over in vain.
 *
 * Work is O(target_length) whatever the input. After the first 4,096 look-ups, fast effort spends at most one for two
 * bytes of the target, and one more for two bytes that copies of 24 bytes or more cover; thorough effort spends six for
 * each byte. Where a page asks for more, the bytes ahead are left as new until the budget has room again. A look-up
 * compares at most 6 candidates, and a candidate that turns out long is taken, or beaten by a longer one.
 * docs/numbers.md has what 1,000 hostile pairs cost. Thorough effort ends after `look_ups`, and the rest of the page gets
 * fast effort: so whoever has little time knows what the worst page takes. SIZE_MAX is no limit.
 *
 * Requires `index` built from `base`, both lengths <= CDELTA_MAX_BYTES. CDELTA_OUT_OF_MEMORY leaves no copies. */
cdelta_status cdelta_match(cdelta_matcher *matcher, const cdelta_index *index, const uint8_t *_Nullable base,
                           size_t base_length, const uint8_t *_Nullable target, size_t target_length,
                           cdelta_effort effort, size_t look_ups, const cdelta_copy *_Nullable *_Nonnull out_copies,
                           size_t *out_count);
CDELTA_NONNULL_END
