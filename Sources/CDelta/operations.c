#include "cdelta_operations.h"
#include "load.h"

/* An operation is one byte, LLLL AA NN, and what it announces. docs/formats/delta.md describes each field. */
enum {
    LITERALS_SHIFT = 4,
    LITERALS_MORE = 15, /* the count goes on as a varint */
    ADDRESS_SHIFT = 2,
    ADDRESS_DIAGONAL = 0,
    ADDRESS_SAME = 1,
    ADDRESS_JUMP = 2,
    ADDRESS_PAST = 3,
    LENGTH_TO_END = 0, /* of the base */
    MAX_LENGTH = 0xffffff,
    MAX_OPERATION = 1 + 5 + 5 + 4,
    BLOCK = 32, /* what short runs are copied in */
};

static inline uint8_t *put_varint(uint8_t *out, uint32_t value) {
    for (; value >= 0x80; value >>= 7) *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    return out;
}

/* Reads at most 5 bytes of 7 bits; NULL when the value is cut short or does not fit 32 bits. */
static inline const uint8_t *get_varint(const uint8_t *bytes, const uint8_t *end, uint32_t *value) {
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 35 && bytes < end; shift += 7) {
        uint8_t byte = *bytes++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = (uint32_t)result;
            return result <= UINT32_MAX ? bytes : NULL;
        }
    }
    return NULL;
}

static inline uint32_t zigzag(int64_t value) {
    return (uint32_t)((uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}
static inline int64_t unzigzag(uint32_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* A copy longer than MAX_LENGTH is written as several, each of which goes on where the last one ended. */
size_t cdelta_operations_bound(size_t copy_count) {
    return copy_count * MAX_OPERATION + (CDELTA_MAX_BYTES / MAX_LENGTH + 1) * MAX_OPERATION;
}

size_t cdelta_operations_write(const cdelta_copy *copies, size_t copy_count, size_t base_length, uint8_t *out) {
    uint8_t *const start = out;
    uint32_t base_position = 0, target_position = 0;
    for (size_t i = 0; i < copy_count; i++) {
        cdelta_copy copy = copies[i];
        do {
            uint32_t literals = copy.target - target_position;
            bool past = copy.source >= base_length;
            bool to_end = !past && copy.source + copy.length == base_length;
            uint32_t length = to_end || copy.length <= MAX_LENGTH ? copy.length : MAX_LENGTH;
            unsigned address = past                                      ? ADDRESS_PAST
                               : copy.source == base_position + literals ? ADDRESS_DIAGONAL
                               : copy.source == base_position            ? ADDRESS_SAME
                                                                         : ADDRESS_JUMP;
            unsigned length_bytes = to_end ? LENGTH_TO_END : 1u + (length > 0xff) + (length > 0xffff);
            unsigned few = literals < LITERALS_MORE ? literals : LITERALS_MORE;
            *out++ = (uint8_t)(few << LITERALS_SHIFT | address << ADDRESS_SHIFT | length_bytes);
            if (few == LITERALS_MORE) out = put_varint(out, literals - LITERALS_MORE);
            if (address == ADDRESS_JUMP)
                out = put_varint(out, zigzag((int64_t)copy.source - (int64_t)base_position));
            else if (address == ADDRESS_PAST)
                out = put_varint(out, copy.target - (copy.source - (uint32_t)base_length) - 1);
            cdelta_store32(out, length); /* the bound has room for what is too much */
            out += length_bytes;
            target_position = copy.target + length;
            if (!past) base_position = copy.source + length;
            copy.source += length;
            copy.target += length;
            copy.length -= length;
        } while (copy.length > 0);
    }
    return (size_t)(out - start);
}

/* Copies `length` bytes; short runs as whole blocks, which may write beyond their end where both sides have room. */
static inline void copy_run(uint8_t *out, const uint8_t *from, size_t length, size_t out_room, size_t from_room) {
    if (length <= 8 * BLOCK && out_room >= length + BLOCK && from_room >= length + BLOCK) {
        const uint8_t *const end = out + length;
        do {
            memcpy(out, from, BLOCK);
            out += BLOCK;
            from += BLOCK;
        } while (out < end);
    } else {
        memcpy(out, from, length);
    }
}

size_t cdelta_literals_gather(const cdelta_copy *copies, size_t copy_count, const uint8_t *target, size_t target_length,
                              uint8_t *out, size_t out_length) {
    size_t position = 0, gathered = 0;
    for (size_t i = 0; i <= copy_count; i++) {
        size_t until = i < copy_count ? copies[i].target : target_length;
        size_t room = out_length - gathered, run = until - position;
        if (run > 0) copy_run(out + gathered, target + position, run, room, target_length - position);
        gathered += run;
        position = i < copy_count ? (size_t)copies[i].target + copies[i].length : target_length;
    }
    return gathered;
}

cdelta_operations_reader cdelta_operations_read(const uint8_t *operations, size_t length, size_t base_length,
                                                size_t target_length) {
    const uint8_t *end = length > 0 ? operations + length : operations;
    cdelta_operations_reader reader = {operations, end, base_length, target_length, 0, 0};
    return reader;
}

/* The hot part of reading, inlined into cdelta_apply as well. A length of 0 is the end of the stream. */
static inline cdelta_status next(cdelta_operations_reader *reader, cdelta_copy *copy) {
    const uint8_t *bytes = reader->bytes, *const end = reader->end;
    if (bytes == end) {
        *copy = (cdelta_copy){0, (uint32_t)reader->target_position, 0};
        return CDELTA_OK;
    }
    uint8_t head = *bytes++;
    uint32_t literals = head >> LITERALS_SHIFT;
    if (literals == LITERALS_MORE) {
        uint32_t more;
        bytes = get_varint(bytes, end, &more);
        if (bytes == NULL || more > CDELTA_MAX_BYTES) return CDELTA_CORRUPT;
        literals += more;
    }
    if (literals > reader->target_length - reader->target_position) return CDELTA_CORRUPT;
    size_t target = reader->target_position + literals;
    unsigned address = head >> ADDRESS_SHIFT & 3;
    size_t source = reader->base_position;
    if (address == ADDRESS_DIAGONAL) {
        source += literals;
    } else if (address >= ADDRESS_JUMP) {
        uint32_t value;
        bytes = get_varint(bytes, end, &value);
        if (bytes == NULL) return CDELTA_CORRUPT;
        if (address == ADDRESS_JUMP) {
            source += (size_t)unzigzag(value); /* wraps below 0 to a huge value, which the next check refuses */
        } else {
            if (value >= target) return CDELTA_CORRUPT;
            source = reader->base_length + target - 1 - value;
        }
    }
    unsigned length_bytes = head & 3;
    size_t length = 0;
    if (length_bytes == LENGTH_TO_END) {
        if (address == ADDRESS_PAST || source >= reader->base_length) return CDELTA_CORRUPT;
        length = reader->base_length - source;
    } else {
        if (end - bytes >= 4) {
            length = cdelta_load32(bytes) & (UINT32_MAX >> (32 - 8 * length_bytes));
        } else {
            if ((size_t)(end - bytes) < length_bytes) return CDELTA_CORRUPT;
            for (unsigned byte = 0; byte < length_bytes; byte++) length |= (size_t)bytes[byte] << 8 * byte;
        }
        bytes += length_bytes;
        if (length == 0) return CDELTA_CORRUPT;
        if (address != ADDRESS_PAST && (source > reader->base_length || length > reader->base_length - source))
            return CDELTA_CORRUPT;
    }
    if (length > reader->target_length - target) return CDELTA_CORRUPT;
    if (address != ADDRESS_PAST) reader->base_position = source + length;
    reader->target_position = target + length;
    reader->bytes = bytes;
    *copy = (cdelta_copy){(uint32_t)source, (uint32_t)target, (uint32_t)length};
    return CDELTA_OK;
}

cdelta_status cdelta_operations_next(cdelta_operations_reader *reader, cdelta_copy *out_copy) {
    return next(reader, out_copy);
}

cdelta_status cdelta_operations_measure(cdelta_operations_reader reader, size_t *out_literal_bytes) {
    size_t literals = reader.target_length;
    cdelta_copy copy;
    for (;;) {
        if (next(&reader, &copy) != CDELTA_OK) return CDELTA_CORRUPT;
        if (copy.length == 0) break;
        literals -= copy.length;
    }
    *out_literal_bytes = literals;
    return CDELTA_OK;
}

/* Copies from the target's own past, which may run into what it writes: a period shorter than the copy repeats. */
static inline void copy_past(uint8_t *out, size_t target, size_t source, size_t length) {
    size_t period = target - source;
    while (length > period) {
        memcpy(out + target, out + source, period);
        target += period;
        length -= period;
        period *= 2;
    }
    memcpy(out + target, out + source, length);
}

cdelta_status cdelta_apply(const uint8_t *operations, size_t operations_length, const uint8_t *literals,
                           size_t literals_length, const uint8_t *base, size_t base_length, uint8_t *out,
                           size_t target_length) {
    cdelta_operations_reader reader = cdelta_operations_read(operations, operations_length, base_length, target_length);
    size_t position = 0, used = 0;
    for (;;) {
        cdelta_copy copy;
        if (next(&reader, &copy) != CDELTA_OK) return CDELTA_CORRUPT;
        size_t fresh = (copy.length > 0 ? copy.target : target_length) - position;
        if (fresh > literals_length - used) return CDELTA_CORRUPT;
        if (fresh > 0)
            copy_run(out + position, literals + used, fresh, target_length - position, literals_length - used);
        used += fresh;
        if (copy.length == 0) break;
        if (copy.source < base_length)
            copy_run(out + copy.target, base + copy.source, copy.length, target_length - copy.target,
                     base_length - copy.source);
        else
            copy_past(out, copy.target, copy.source - base_length, copy.length);
        position = (size_t)copy.target + copy.length;
    }
    return used == literals_length ? CDELTA_OK : CDELTA_CORRUPT;
}
