/* Matches hostile pages at both efforts and with every instruction set: the same copies from each, true ones, and a
 * delta that rebuilds the target. */
#include "CDelta.h"
#include <stdlib.h>
#include <string.h>

static void require(int condition) {
    if (!condition) abort();
}

static uint8_t *exact(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (length > 0) memcpy(copy, bytes, length);
    return copy;
}

static void round_trip(cdelta_isa isa, cdelta_effort effort, size_t look_ups, const uint8_t *base, size_t base_length,
                       const uint8_t *target, size_t target_length, cdelta_copy **expected, size_t *expected_count) {
    cdelta_index *index = NULL;
    cdelta_matcher *matcher = NULL;
    require(cdelta_index_create(base, base_length, &index) == CDELTA_OK);
    require(cdelta_matcher_create(isa, &matcher) == CDELTA_OK);
    const cdelta_copy *copies = NULL;
    size_t count = 0;
    require(cdelta_match(matcher, index, base, base_length, target, target_length, effort, look_ups, &copies, &count) ==
            CDELTA_OK);
    if (*expected == NULL) {
        *expected = malloc((count + 1) * sizeof **expected);
        if (count > 0) memcpy(*expected, copies, count * sizeof *copies);
        *expected_count = count;
    } else {
        require(count == *expected_count && (count == 0 || memcmp(*expected, copies, count * sizeof *copies) == 0));
    }

    uint8_t *operations = malloc(cdelta_operations_bound(count));
    size_t operations_length = cdelta_operations_write(copies, count, base_length, operations);
    require(operations_length <= cdelta_operations_bound(count));
    size_t literals_length = target_length;
    for (size_t i = 0; i < count; i++) literals_length -= copies[i].length;
    uint8_t *literals = malloc(literals_length > 0 ? literals_length : 1);
    require(cdelta_literals_gather(copies, count, target, target_length, literals, literals_length) == literals_length);
    uint8_t *rebuilt = malloc(target_length > 0 ? target_length : 1);
    require(cdelta_apply(operations, operations_length, literals, literals_length, base, base_length, rebuilt,
                         target_length) == CDELTA_OK);
    require(target_length == 0 || memcmp(rebuilt, target, target_length) == 0);
    free(operations);
    free(literals);
    free(rebuilt);
    cdelta_matcher_free(matcher);
    cdelta_index_free(index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* The first byte says where the base ends; the second how often both are repeated, which makes longer pages. */
    if (size < 2) return 0;
    size_t base_length = (size - 2) * data[0] / 255, target_length = size - 2 - base_length;
    size_t times = 1 + data[1] % 64;
    uint8_t *base = exact(data + 2, base_length), *target = exact(data + 2 + base_length, target_length);
    uint8_t *long_base = malloc(times * base_length + 1), *long_target = malloc(times * size + 1);
    size_t long_target_length = 0;
    for (size_t i = 0; i < times; i++) {
        if (base_length > 0) memcpy(long_base + i * base_length, base, base_length);
        const uint8_t *part = i % 2 == 0 ? target : base;
        size_t length = i % 2 == 0 ? target_length : base_length;
        if (length > 0) memcpy(long_target + long_target_length, part, length);
        long_target_length += length;
    }
    /* An odd number of repetitions ends thorough effort somewhere within the page. */
    size_t look_ups = times % 2 == 0 ? SIZE_MAX : 16 * times;
    /* Of their exact lengths again, so that one byte too far is seen. */
    uint8_t *final_base = exact(long_base, times * base_length), *final_target = exact(long_target, long_target_length);
    for (int effort = CDELTA_EFFORT_FAST; effort <= CDELTA_EFFORT_THOROUGH; effort++) {
        cdelta_copy *expected = NULL;
        size_t count = 0;
        for (int isa = CDELTA_ISA_PORTABLE; isa <= CDELTA_ISA_NEON; isa++)
            if (cdelta_isa_available((cdelta_isa)isa))
                round_trip((cdelta_isa)isa, (cdelta_effort)effort, look_ups, final_base, times * base_length,
                           final_target, long_target_length, &expected, &count);
        free(expected);
    }
    free(base);
    free(target);
    free(long_base);
    free(long_target);
    free(final_base);
    free(final_target);
    return 0;
}
