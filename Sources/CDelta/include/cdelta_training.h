#pragma once
#include "cdelta_coder.h"
CDELTA_NONNULL_BEGIN
/* Finds the coder's constants, by coding pages one after the other without forgetting: what was learned at the end is
 * where every delta starts. Integers only: the same pages in the same order give the same table on every machine.
 * Only `make train` needs it. */
typedef struct cdelta_training cdelta_training;

/* The rounds over all pages: each learns more slowly than the one before. */
#define CDELTA_TRAINING_ROUNDS 4

/* Starts training `depth` of `coder`, from what is known without any page. */
cdelta_status cdelta_training_create(cdelta_coder *coder, cdelta_depth depth, cdelta_training *_Nullable *_Nonnull out);
void cdelta_training_free(cdelta_training *_Nullable training);

/* Starts the next round, 0 first. */
void cdelta_training_begin(cdelta_training *training, unsigned round);

/* Learns one pair, with copies as for cdelta_coder_encode; it is left out where it has more than 20,000 new bytes, of
 * which few would be like what other pages have. Leaves the length of its stream in *out_length. */
cdelta_status cdelta_training_learn(cdelta_training *training, const uint8_t *_Nullable base, size_t base_length,
                                    const uint8_t *_Nullable target, size_t target_length,
                                    const cdelta_copy *_Nullable copies, size_t count, size_t *out_length);

/* Ends the round: the coder's deltas of this depth start from its end from now on, as exactly as the table tells. */
cdelta_status cdelta_training_end(cdelta_training *training);

/* Writes the table as printable characters without a 0 behind them, and returns how many; 0 where they don't fit. */
size_t cdelta_training_write(const cdelta_training *training, char *out, size_t capacity);
CDELTA_NONNULL_END
