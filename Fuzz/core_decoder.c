/* Decodes operations, literals and base that are all hostile. The sanitizers watch every access; what is accepted, and
 * what it makes, must agree between the readers of a stream of operations and one written from the format's page alone. */
#include "CDelta.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TARGET = 1 << 16 };

static void require(bool condition) {
    if (!condition) abort();
}

struct input {
    const uint8_t *bytes;
    size_t left;
    bool bad;
};

static uint32_t take(struct input *input) {
    if (input->left == 0) {
        input->bad = true;
        return 0;
    }
    input->left--;
    return *input->bytes++;
}

static int64_t take_varint(struct input *input) {
    int64_t value = 0;
    for (int group = 0; group < 5; group++) {
        uint32_t byte = take(input);
        value |= (int64_t)(byte & 0x7f) << 7 * group;
        if (byte < 0x80) {
            if (value > UINT32_MAX) input->bad = true;
            return value;
        }
    }
    input->bad = true;
    return 0;
}

/* docs/formats/delta.md in code, a byte at a time; whether it makes exactly the target of exactly the literals. */
static bool rebuild(struct input operations, struct input literals, const uint8_t *base, int64_t base_length,
                    uint8_t *out, int64_t target_length) {
    int64_t position = 0, base_position = 0;
    while (operations.left > 0) {
        uint32_t head = take(&operations), address = head >> 2 & 3, length_bytes = head & 3;
        int64_t fresh = head >> 4, length = 0, source = base_position, value = 0;
        if (fresh == 15) fresh += take_varint(&operations);
        if (address >= 2) value = take_varint(&operations);
        for (uint32_t i = 0; i < length_bytes; i++) length |= (int64_t)take(&operations) << 8 * i;
        if (operations.bad || fresh > target_length - position) return false;
        for (int64_t i = 0; i < fresh; i++) out[position++] = (uint8_t)take(&literals);

        const uint8_t *from = base;
        int64_t end = base_length;
        if (address == 0) source += fresh;
        if (address == 2) source += value % 2 == 0 ? value / 2 : -(value + 1) / 2;
        if (address == 3) {
            from = out;
            source = position - 1 - value;
            end = source + length;
        }
        if (length_bytes == 0 && address != 3) length = end - source;
        if (length <= 0 || source < 0 || source + length > end || length > target_length - position) return false;
        for (int64_t i = 0; i < length; i++) out[position++] = from[source + i];
        if (address != 3) base_position = source + length;
    }
    while (position < target_length) {
        if (literals.left == 0) return false;
        out[position++] = (uint8_t)take(&literals);
    }
    return !literals.bad && literals.left == 0;
}

/* A copy of exactly `length` bytes, so that one byte too far is seen. */
static uint8_t *exact(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (length > 0) memcpy(copy, bytes, length);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Four bytes say how the rest is divided: operations, base, literals, and the target's length. */
    if (size < 4) return 0;
    size_t rest = size - 4;
    size_t operations_length = rest * data[0] / 255, base_length = (rest - operations_length) * data[1] / 255;
    size_t literals_length = rest - operations_length - base_length;
    size_t target_length = ((size_t)data[2] << 8 | data[3]) % MAX_TARGET;
    uint8_t *operations = exact(data + 4, operations_length);
    uint8_t *base = exact(data + 4 + operations_length, base_length);
    uint8_t *literals = exact(data + 4 + operations_length + base_length, literals_length);
    uint8_t *target = malloc(target_length > 0 ? target_length : 1);
    static uint8_t context[CDELTA_CONTEXT_MAX];

    cdelta_operations_reader reader = cdelta_operations_read(operations, operations_length, base_length, target_length);
    size_t wanted = 0, context_length = 0;
    cdelta_status measured = cdelta_operations_measure(reader, &wanted);
    cdelta_status gathered = cdelta_context_gather(operations, operations_length, base, base_length, target_length,
                                                   context, &context_length);
    require(measured == gathered && context_length <= CDELTA_CONTEXT_MAX);

    uint8_t *expected = malloc(target_length > 0 ? target_length : 1);
    cdelta_status applied = cdelta_apply(operations, operations_length, literals, literals_length, base, base_length,
                                         target, target_length);
    bool right =
        rebuild((struct input){operations, operations_length, false}, (struct input){literals, literals_length, false},
                base, (int64_t)base_length, expected, (int64_t)target_length);
    require((applied == CDELTA_OK) == right);
    require(right == (measured == CDELTA_OK && wanted == literals_length));
    require(!right || target_length == 0 || memcmp(target, expected, target_length) == 0);

    /* Chance hardly ever announces as many literals as there are: again, with those that are wanted. */
    if (measured == CDELTA_OK) {
        uint8_t *exactly = malloc(wanted > 0 ? wanted : 1);
        for (size_t i = 0; i < wanted; i++) exactly[i] = (uint8_t)(i * 167 + i / 256);
        require(cdelta_apply(operations, operations_length, exactly, wanted, base, base_length, target,
                             target_length) == CDELTA_OK);
        require(rebuild((struct input){operations, operations_length, false}, (struct input){exactly, wanted, false},
                        base, (int64_t)base_length, expected, (int64_t)target_length));
        require(target_length == 0 || memcmp(target, expected, target_length) == 0);
        free(exactly);
    }

    free(expected);
    free(operations);
    free(base);
    free(literals);
    free(target);
    return 0;
}
