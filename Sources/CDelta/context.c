#include "cdelta_context.h"
#include "cdelta_operations.h"
#include <string.h>

enum { BEFORE = 16, AFTER = 16 }; /* bytes; sizes are flat from 8 to 64 */

cdelta_status cdelta_context_gather(const uint8_t *operations, size_t operations_length, const uint8_t *base,
                                    size_t base_length, size_t target_length, uint8_t *out, size_t *out_length) {
    cdelta_operations_reader reader = cdelta_operations_read(operations, operations_length, base_length, target_length);
    size_t base_position = 0, position = 0, length = 0;
    size_t last_from = 0, last_to = 0; /* the last stretch of the base that was taken */
    for (;;) {
        cdelta_copy copy;
        if (cdelta_operations_next(&reader, &copy) != CDELTA_OK) return CDELTA_CORRUPT;
        size_t until = copy.length > 0 ? copy.target : target_length;
        if (until > position) {
            size_t from = base_position > BEFORE ? base_position - BEFORE : 0;
            size_t room = base_length - base_position, wanted = until - position + AFTER;
            size_t to = base_position + (wanted < room ? wanted : room);
            if (from >= last_from && from < last_to) from = last_to; /* neighbouring changes share what lies between */
            if (from < to && to - from <= CDELTA_CONTEXT_MAX - length) {
                memcpy(out + length, base + from, to - from);
                length += to - from;
                last_from = from;
                last_to = to;
            }
        }
        if (copy.length == 0) break;
        base_position = reader.base_position;
        position = (size_t)copy.target + copy.length;
    }
    *out_length = length;
    return CDELTA_OK;
}
