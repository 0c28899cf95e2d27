#include "engine_hash.h"
#include "../../../Sources/CDelta/index.h"

const size_t engine_short_block_bytes = CDELTA_SHORT_BLOCK;
const size_t engine_long_block_bytes = CDELTA_LONG_BLOCK;

uint64_t engine_short_hash(const uint8_t *bytes) {
    return cdelta_hash_short(bytes);
}

uint64_t engine_long_hash(const uint8_t *bytes) {
    return cdelta_hash_long(bytes);
}
