/* The coder's loops, compiled once for each instruction set: define CODER_KERNELS and include kernels_….h first.
 * Encoding and decoding take the same steps in the same functions, so that they can't drift apart. */
#include "coder.h"
#include <string.h>

/* What a walk does; TRACING, which goes with decoding, adds up what everything cost. */
enum { ENCODING = 0, DECODING = 1, TRACING = 2 };

#include "evidence_body.h"
#include "literal_body.h"
#include "literal_balanced_body.h"
#include "copy_body.h"

INLINE void look_once(cdelta_coder *coder, const bool small) {
    if (coder->walk.looked_at == coder->walk.position) return;
    coder->walk.looked_at = coder->walk.position;
    look(coder, small);
}

/* Looks around, and tells whether a copy may start here: not amidst bytes that follow a match. */
INLINE bool may_stop(cdelta_coder *coder, const bool small) {
    struct walk *walk = &coder->walk;
    if (!follows(walk)) look_once(coder, small);
    return walk->followed == 0 || !follows(walk);
}

INLINE unsigned code_byte(cdelta_coder *coder, uint8_t byte, const unsigned mode, const bool small) {
    struct walk *walk = &coder->walk;
    walk->refuted = false;
    if (follows(walk)) {
        const uint8_t expected = walk->base[walk->match.at];
        if (code_follow(coder, byte == expected, mode, small)) {
            note_past(coder);
            walk->followed++;
            walk->work--;
            literal_done(coder, expected);
            return expected;
        }
        walk->refuted = true;
        walk->follows = (uint8_t)(walk->follows << 4 | followed_step(walk->followed));
        if (small && walk->followed >= REALIGN_FROM) { /* as if the bytes that followed the match had been copied */
            walk->base_position = walk->match.at;
            walk->run = walk->equal_run = 0;
        }
        look_once(coder, small);
    }
    walk->followed = 0;
    walk->work -= SYMBOL_WORK;
    byte = (uint8_t)(small ? code_literal(coder, byte, mode) : code_literal_balanced(coder, byte, mode));
    literal_done(coder, byte);
    return byte;
}

/* Codes copies of at least min_length bytes, and everything else as literals; false where the work doesn't suffice. */
INLINE bool encode_walk(cdelta_coder *coder, const cdelta_copy *copies, size_t count, size_t min_length,
                        const bool small) {
    struct walk *walk = &coder->walk;
    for (size_t i = 0; i <= count; i++) {
        if (i < count && copies[i].length < min_length) continue;
        const size_t until = i < count ? copies[i].target : walk->target_length;
        while (walk->position < until ||
               (i < count && !may_stop(coder, small) && walk->position < walk->target_length)) {
            const uint8_t byte = walk->target[walk->position];
            if (walk->work < SYMBOL_WORK) return false;
            if (may_stop(coder, small)) code_stop(coder, 0, ENCODING, small);
            code_byte(coder, byte, ENCODING, small);
        }
        if (i == count) break;
        if (walk->work < SYMBOL_WORK) return false;
        const size_t late = walk->position - copies[i].target;
        if (late + min_length > copies[i].length) continue;
        const size_t source = copies[i].source + late, length = copies[i].length - late;
        unsigned kind;
        code_stop(coder, 1, ENCODING, small);
        code_source(coder, source, &kind, ENCODING, small);
        if (source < walk->base_length)
            code_length(coder, source, length, kind, ENCODING, small);
        else
            code_number(coder, NUMBER_PAST_LENGTH, (uint32_t)length, ENCODING);
        copy_done(coder, source, length, kind);
    }
    return true;
}

/* Tells the trace what was decoded since `from`, and what it cost. */
static void trace(cdelta_coder *coder, uint32_t source, size_t from, uint64_t *spent) {
    if (coder->walk.position > from)
        coder->trace->visit(coder->trace->context, source, (uint32_t)from, (uint32_t)(coder->walk.position - from),
                            coder->spent - *spent);
    *spent = coder->spent;
}

INLINE cdelta_status decode_walk(cdelta_coder *coder, uint8_t *out, const unsigned mode, const bool small) {
    struct walk *walk = &coder->walk;
    size_t run_start = 0;
    uint64_t spent = coder->spent;
    while (walk->position < walk->target_length) {
        if (walk->work < SYMBOL_WORK) return CDELTA_CORRUPT;
        if (!may_stop(coder, small) || !code_stop(coder, 0, mode, small)) {
            const size_t position = walk->position;
            out[position] = (uint8_t)code_byte(coder, 0, mode, small);
            continue;
        }
        if (mode & TRACING) trace(coder, UINT32_MAX, run_start, &spent);
        const size_t from = walk->position;
        unsigned kind;
        size_t source = code_source(coder, 0, &kind, mode, small), length;
        if (kind == KIND_PAST) {
            length = source == SIZE_MAX ? SIZE_MAX : code_number(coder, NUMBER_PAST_LENGTH, 1, mode);
            if (length > walk->target_length - walk->position) return CDELTA_CORRUPT;
            const uint8_t *past = out + (source - walk->base_length);
            for (size_t i = 0; i < length; i++) out[walk->position + i] = past[i]; /* it may run into what it writes */
        } else {
            if (source >= walk->base_length) return CDELTA_CORRUPT;
            length = code_length(coder, source, 1, kind, mode, small);
            if (length > walk->base_length - source || length > walk->target_length - walk->position)
                return CDELTA_CORRUPT;
            memcpy(out + walk->position, walk->base + source, length);
        }
        copy_done(coder, source, length, kind);
        run_start = walk->position;
        if (mode & TRACING) trace(coder, (uint32_t)source, from, &spent);
    }
    if (mode & TRACING) trace(coder, UINT32_MAX, run_start, &spent);
    return CDELTA_OK;
}

static bool encode(cdelta_coder *coder, const cdelta_copy *copies, size_t count, size_t min_length) {
    return coder->depth == CDELTA_DEPTH_SMALL ? encode_walk(coder, copies, count, min_length, true)
                                              : encode_walk(coder, copies, count, min_length, false);
}

static cdelta_status decode(cdelta_coder *coder, uint8_t *out) {
    const bool small = coder->depth == CDELTA_DEPTH_SMALL;
    if (coder->trace != NULL)
        return small ? decode_walk(coder, out, DECODING | TRACING, true)
                     : decode_walk(coder, out, DECODING | TRACING, false);
    return small ? decode_walk(coder, out, DECODING, true) : decode_walk(coder, out, DECODING, false);
}

const struct coder_kernels CODER_KERNELS = {.encode = encode, .decode = decode};
