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
    uint32_t low, high; /* the interval that is left */
    uint32_t code;      /* decoding: the bytes at hand */
    size_t position;    /* bytes written, which may exceed the capacity, or read, which may exceed the length */
    uint8_t *out;
    size_t capacity;
    const uint8_t *in;
    size_t length;
};

INLINE void range_coder_write(struct range_coder *coder, uint8_t byte) {
    if (coder->position < coder->capacity) coder->out[coder->position] = byte;
    coder->position++;
}

/* Behind the end of a stream there are zeros: an encoder leaves them out. */
INLINE void range_coder_read(struct range_coder *coder) {
    coder->code = coder->code << 8 | (coder->position < coder->length ? coder->in[coder->position] : 0);
    coder->position++;
}

static inline void range_coder_encode_to(struct range_coder *coder, uint8_t *out, size_t capacity) {
    *coder = (struct range_coder){.high = UINT32_MAX, .out = out, .capacity = capacity};
}

static inline void range_coder_decode_from(struct range_coder *coder, const uint8_t *in, size_t length) {
    *coder = (struct range_coder){.high = UINT32_MAX, .in = in, .length = length};
    for (unsigned byte = 0; byte < 4; byte++) range_coder_read(coder);
}

/* Codes one bit that is 1 with `probability` of 65536, and returns it. */
INLINE unsigned range_coder_bit(struct range_coder *coder, unsigned probability, unsigned bit, const bool decoding) {
    uint32_t middle = coder->low + (uint32_t)((uint64_t)(coder->high - coder->low) * probability >> 16);
    if (decoding) bit = coder->code <= middle;
    coder->high = bit ? middle : coder->high;
    coder->low = bit ? coder->low : middle + 1;
    while (((coder->low ^ coder->high) & 0xff000000) == 0) {
        if (decoding)
            range_coder_read(coder);
        else
            range_coder_write(coder, (uint8_t)(coder->high >> 24));
        coder->low <<= 8;
        coder->high = coder->high << 8 | 0xff;
    }
    return bit;
}

/* Ends the stream with the fewest bytes that a decoder can't mistake, and returns its length. */
static inline size_t range_coder_finish(struct range_coder *coder) {
    for (unsigned bytes = 0; bytes <= 4; bytes++) {
        uint32_t rest = bytes == 4 ? 0 : UINT32_MAX >> 8 * bytes;
        uint64_t value = ((uint64_t)coder->low + rest) & ~(uint64_t)rest;
        if (value > coder->high) continue;
        for (unsigned byte = 0; byte < bytes; byte++) range_coder_write(coder, (uint8_t)(value >> (24 - 8 * byte)));
        break;
    }
    while (coder->position > 0 && coder->position <= coder->capacity && coder->out[coder->position - 1] == 0)
        coder->position--;
    return coder->position;
}
