/* Decodes operations, literals and base that are all hostile. The sanitizers watch every access; what is accepted must
 * agree between the three readers of a stream of operations. */
#include "CDelta.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_TARGET = 1 << 16 };

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
    cdelta_status applied = cdelta_apply(operations, operations_length, literals, literals_length, base, base_length,
                                         target, target_length);
    if (measured != gathered || context_length > CDELTA_CONTEXT_MAX) abort();
    if ((applied == CDELTA_OK) != (measured == CDELTA_OK && wanted == literals_length)) abort();

    free(operations);
    free(base);
    free(literals);
    free(target);
    return 0;
}
