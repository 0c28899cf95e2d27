#include "cdelta_context.h"
#include "cdelta_operations.h"
#include <string.h>

enum { BEFORE = 32, AFTER = 32 };

cdelta_status cdelta_context_gather(const uint8_t *operations, size_t operations_length, const uint8_t *base,
                                    size_t base_length, size_t target_length, uint8_t *out, size_t *out_length) {
    cdelta_operations_reader reader = cdelta_operations_read(operations, operations_length, base_length, target_length);
    size_t base_position = 0, position = 0, length = 0, covered = 0;
    for (;;) {
        cdelta_copy copy;
        if (cdelta_operations_next(&reader, &copy) != CDELTA_OK) return CDELTA_CORRUPT;
        size_t until = copy.length > 0 ? copy.target : target_length;
        if (until > position) {
            size_t from = base_position > BEFORE ? base_position - BEFORE : 0;
            size_t to = base_length - base_position > until - position + AFTER ? base_position + (until - position) + AFTER
                                                                                : base_length;
            /* Neighbouring changes share what lies between them. */
            if (from < covered && covered <= to && base_position >= covered - (covered - from)) from = covered;
            size_t wanted = to - from;
            if (wanted <= CDELTA_CONTEXT_MAX - length && wanted > 0) {
                memcpy(out + length, base + from, wanted);
                length += wanted;
                covered = to;
            }
        }
        if (copy.length == 0) break;
        base_position = reader.base_position;
        position = (size_t)copy.target + copy.length;
    }
    *out_length = length;
    return CDELTA_OK;
}
