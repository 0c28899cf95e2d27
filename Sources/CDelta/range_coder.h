#pragma once
/* A binary arithmetic coder: 32 bits, carryless, probabilities of 16 bits. Source: Mahoney, lpaq1, 2007. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
/* Loops over lists of contexts, whose lengths are constants: spelled out, each context's place is known. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

/* A bit never costs less than 1/1,895 of a bit nor more than 11.4 bits. */
enum { PROBABILITY_MIN = 24, PROBABILITY_MAX = 65536 - 24 };

struct range_coder {
    uint64_t low, high; /* the interval that is left */
    uint64_t code;      /* decoding: the bytes at hand */
    size_t position;    /* bytes written, which may exceed the capacity, or read, which may exceed the length */
    uint8_t *out;
    size_t capacity;
    const uint8_t *in;
    size_t length;
};

/* The interval is never narrower than this: rather, what lies beyond the next multiple of 2^32 is given up. */
#define RANGE_LEAST ((uint64_t)1 << 24)

static inline void range_coder_write(struct range_coder *coder, uint8_t byte) {
    if (coder->position < coder->capacity) coder->out[coder->position] = byte;
    coder->position++;
}

/* Behind the end of a stream there are zeros: an encoder leaves them out. */
static inline void range_coder_read(struct range_coder *coder) {
    coder->code = coder->code << 8 | (coder->position < coder->length ? coder->in[coder->position] : 0);
    coder->position++;
}

static inline void range_coder_encode_to(struct range_coder *coder, uint8_t *out, size_t capacity) {
    *coder = (struct range_coder){.high = UINT64_MAX, .out = out, .capacity = capacity};
}

static inline void range_coder_decode_from(struct range_coder *coder, const uint8_t *in, size_t length) {
    *coder = (struct range_coder){.high = UINT64_MAX, .in = in, .length = length};
    for (unsigned byte = 0; byte < 8; byte++) range_coder_read(coder);
}

/* Writes or reads the four bytes that are settled. */
INLINE void range_coder_settle(struct range_coder *coder, const bool decoding) {
    while (coder->high - coder->low < (uint64_t)1 << 32) {
        if ((coder->low ^ coder->high) >> 32) {
            if (coder->high - coder->low >= RANGE_LEAST) return;
            coder->high = coder->low | UINT32_MAX;
        }
        for (unsigned byte = 0; byte < 4; byte++) {
            if (decoding)
                range_coder_read(coder);
            else
                range_coder_write(coder, (uint8_t)(coder->low >> (56 - 8 * byte)));
        }
        coder->low <<= 32;
        coder->high = coder->high << 32 | UINT32_MAX;
    }
}

/* Codes one bit that is 1 with `probability` of 65536, and returns it. */
INLINE unsigned range_coder_bit(struct range_coder *coder, unsigned probability, unsigned bit, const bool decoding) {
    uint64_t middle = coder->low + ((coder->high - coder->low) >> 16) * probability;
    if (decoding) bit = coder->code <= middle;
    coder->high = bit ? middle : coder->high;
    coder->low = bit ? coder->low : middle + 1;
    range_coder_settle(coder, decoding);
    return bit;
}

/* Ends the stream with the fewest bytes that a decoder can't mistake, and returns its length. */
static inline size_t range_coder_finish(struct range_coder *coder) {
    for (unsigned bytes = 0; bytes <= 8; bytes++) {
        uint64_t rest = bytes == 8 ? 0 : UINT64_MAX >> 8 * bytes;
        uint64_t value = (coder->low + rest) & ~rest;
        if (value < coder->low || value > coder->high) continue;
        for (unsigned byte = 0; byte < bytes; byte++) range_coder_write(coder, (uint8_t)(value >> (56 - 8 * byte)));
        break;
    }
    while (coder->position > 0 && coder->position <= coder->capacity && coder->out[coder->position - 1] == 0)
        coder->position--;
    return coder->position;
}
