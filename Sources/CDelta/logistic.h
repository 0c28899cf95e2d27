#pragma once
/* Probabilities and their logits, by tables that are computed in integers: the same on every machine. */
#include <stdint.h>

enum { LOGIT_MAX = 1535 }; /* in 1/128 nat */

struct logistic {
    int16_t logit[4096];                /* of the probability (i + 1/2) / 4096 */
    uint16_t squash[2 * LOGIT_MAX + 1]; /* the probability, of 65536, whose logit is i - LOGIT_MAX */
    uint16_t price[4096];               /* of a symbol of probability (i + 1/2) / 4096, in 1/2048 bit */
};

void logistic_init(struct logistic *logistic);

static inline int logit_clamp(int64_t logit) {
    return logit > LOGIT_MAX ? LOGIT_MAX : logit < -LOGIT_MAX ? -LOGIT_MAX : (int)logit;
}
static inline unsigned logistic_squash(const struct logistic *logistic, int clamped) {
    return logistic->squash[LOGIT_MAX + clamped];
}
