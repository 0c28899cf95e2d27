#include "logistic.h"

/* -log2(value / 2^17) in 1/2048 bit, for value < 2^17: squaring doubles the logarithm, which gives bit after bit. */
static unsigned price(uint32_t value) {
    enum { BITS = 12 }; /* one more than is kept, to round */
    unsigned exponent = 0;
    uint64_t x = value;
    while (x < (uint64_t)1 << 17) {
        x <<= 1;
        exponent++;
    }
    uint64_t mantissa = x << 13; /* [1, 2) as [2^30, 2^31) */
    unsigned fraction = 0;
    for (unsigned bit = 0; bit < BITS; bit++) {
        mantissa = mantissa * mantissa >> 30;
        fraction = fraction << 1 | (unsigned)(mantissa >> 31);
        if (mantissa >> 31) mantissa >>= 1;
    }
    return ((exponent << BITS) - fraction) / 2;
}

void logistic_init(struct logistic *logistic) {
    const uint64_t decay = 4261542733; /* e^(-1/128), of 2^32 */
    const uint64_t one = (uint64_t)1 << 32;
    uint64_t e = one; /* e^(-i/128) */
    for (int i = 0; i <= LOGIT_MAX; i++) {
        uint64_t p = ((uint64_t)1 << 48) / (one + e); /* 1 / (1 + e), of 65536 */
        logistic->squash[LOGIT_MAX + i] = (uint16_t)(p > 65535 ? 65535 : p);
        logistic->squash[LOGIT_MAX - i] = (uint16_t)(65536 - p);
        e = e * decay >> 32;
    }
    logistic->squash[LOGIT_MAX] = 32768;
    int logit = -LOGIT_MAX;
    for (int i = 0; i < 4096; i++) {
        while (logit < LOGIT_MAX && logistic->squash[LOGIT_MAX + logit] < i * 16 + 8) logit++;
        logistic->logit[i] = (int16_t)logit;
        logistic->price[i] = (uint16_t)price((uint32_t)i * 32 + 16);
    }
}
