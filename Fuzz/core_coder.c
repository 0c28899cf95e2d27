/* Codes hostile pages at both depths, or decodes hostile streams, which must end within their bounds. Some inputs do it
 * with every instruction set: the streams and the pages must be the same. */
#include "CDelta.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_TARGET = 1 << 12 };

static void require(int condition) {
    if (!condition) abort();
}

static uint8_t *exact(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (length > 0) memcpy(copy, bytes, length);
    return copy;
}

/* One coder for each instruction set, reused as its callers do: what one input leaves behind must not matter. */
static cdelta_coder *coder_for(cdelta_isa isa) {
    static cdelta_coder *coders[CDELTA_ISA_NEON + 1];
    if (coders[isa] == NULL) require(cdelta_coder_create(isa, &coders[isa]) == CDELTA_OK);
    return coders[isa];
}

static void encode(const uint8_t *base, size_t base_length, const uint8_t *target, size_t target_length,
                   const cdelta_copy *copies, size_t count, cdelta_depth depth, int first_isa) {
    size_t capacity = 2 * target_length + 64, expected_length = 0;
    uint8_t *expected = NULL, *stream = malloc(capacity), *rebuilt = malloc(target_length > 0 ? target_length : 1);
    for (int isa = first_isa; isa <= CDELTA_ISA_NEON; isa++) {
        if (!cdelta_isa_available((cdelta_isa)isa)) continue;
        cdelta_coder *coder = coder_for((cdelta_isa)isa);
        size_t length = 0;
        unsigned size_class = 0;
        require(cdelta_coder_encode(coder, depth, base, base_length, target, target_length, copies, count, stream,
                                    capacity, &length, &size_class) == CDELTA_OK);
        require(length <= capacity);
        uint8_t *alone = exact(stream, length);
        require(cdelta_coder_decode(coder, depth, size_class, alone, length, base, base_length, rebuilt, target_length,
                                    NULL) == CDELTA_OK);
        require(target_length == 0 || memcmp(rebuilt, target, target_length) == 0);
        if (expected == NULL) {
            expected = alone;
            expected_length = length;
            continue;
        }
        require(length == expected_length && (length == 0 || memcmp(alone, expected, length) == 0));
        free(alone);
    }
    free(expected);
    free(stream);
    free(rebuilt);
}

static void decode(const uint8_t *base, size_t base_length, const uint8_t *stream, size_t length, cdelta_depth depth,
                   unsigned size_class, size_t target_length, int first_isa) {
    uint8_t *expected = NULL;
    cdelta_status expected_status = CDELTA_OK;
    for (int isa = first_isa; isa <= CDELTA_ISA_NEON; isa++) {
        if (!cdelta_isa_available((cdelta_isa)isa)) continue;
        uint8_t *out = malloc(target_length > 0 ? target_length : 1);
        cdelta_status status = cdelta_coder_decode(coder_for((cdelta_isa)isa), depth, size_class, stream, length, base,
                                                   base_length, out, target_length, NULL);
        if (expected == NULL) {
            expected = out;
            expected_status = status;
            continue;
        }
        require(status == expected_status);
        require(status != CDELTA_OK || target_length == 0 || memcmp(out, expected, target_length) == 0);
        free(out);
    }
    free(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Five bytes say where the base ends, how often both are repeated, which depth, and how a stream is announced. */
    if (size < 5) return 0;
    const size_t rest = size - 5, base_part = rest * data[0] / 255, other_length = rest - base_part;
    const size_t times = 1 + data[1] % 16, base_length = times * base_part;
    const cdelta_depth depth = data[2] % 2 ? CDELTA_DEPTH_SMALL : CDELTA_DEPTH_BALANCED;
    uint8_t *long_base = malloc(base_length + 1);
    for (size_t i = 0; i < times && base_part > 0; i++) memcpy(long_base + i * base_part, data + 5, base_part);
    uint8_t *base = exact(long_base, base_length), *other = exact(data + 5 + base_part, other_length);

    const int first_isa = data[2] & 4 ? CDELTA_ISA_PORTABLE : (int)cdelta_isa_best();
    if (data[2] & 2) {
        decode(base, base_length, other, other_length, depth, data[3] % 4,
               ((size_t)data[3] << 8 | data[4]) % MAX_TARGET, first_isa);
    } else {
        cdelta_index *index = NULL;
        cdelta_matcher *matcher = NULL;
        const cdelta_copy *copies = NULL;
        size_t count = 0;
        require(cdelta_index_create(base, base_length, &index) == CDELTA_OK);
        require(cdelta_matcher_create(cdelta_isa_best(), &matcher) == CDELTA_OK);
        require(cdelta_match(matcher, index, base, base_length, other, other_length, CDELTA_EFFORT_THOROUGH, SIZE_MAX,
                             &copies, &count) == CDELTA_OK);
        encode(base, base_length, other, other_length, copies, count, depth, first_isa);
        cdelta_matcher_free(matcher);
        cdelta_index_free(index);
    }
    free(long_base);
    free(base);
    free(other);
    return 0;
}
