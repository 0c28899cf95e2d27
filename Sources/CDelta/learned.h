#pragma once
/* What the coder has learned: where each adaptive probability and each mixer weight lies. Training fills it from the
 * corpora; every delta starts from there and learns on. */
#include <stdint.h>

/* Classes of bytes: what a person would call digit, letter, white space, quote... */
enum { CLASSES = 14, CLASS_NONE = 13 };

/* Contexts that look up bit histories. */
enum {
    SLOT_O2,
    SLOT_O3,
    SLOT_WORD,
    SLOT_AROUND,
    SLOT_RUN,
    SLOT_O4,
    SLOT_O1,
    SLOT_O0,
    SLOT_O6,
    SLOT_AT,
    SLOT_AT_LAST,
    SLOT_WORDS,
    SLOT_SHAPE,
    SLOT_PAST,
    SLOT_BOTH,
    SLOT_SKIP,
    SMALL_SLOTS,
};

/* Inputs of the mixer behind the slots. */
enum {
    IN_CLASS,
    IN_DIGIT,
    IN_AT,
    IN_MATCH,
    IN_PAST,
    IN_BIAS,
    IN_NEAR2,
    IN_NEAR3,
    IN_FAR4,
    IN_FAR6,
    IN_LETTER,
    SMALL_DIRECT
};
enum { SMALL_LANES = 32 }; /* inputs, rounded up to whole registers */

/* Weight sets that the literals' mixer chooses from. */
enum { SET_POINTERS, SET_NODE, SET_RUN, SET_KNOWN, SET_CLASSES, SET_MATCH, SMALL_SETS };
enum {
    SIZE_POINTERS = 80,
    SIZE_NODE = 256,
    SIZE_RUN = 128,
    SIZE_KNOWN = 192,
    SIZE_CLASSES = CLASSES * CLASSES,
    SIZE_MATCH = CLASSES * 8 * 3,
};

/* At depth `balanced`: contexts whose nibbles are kept in slots, in the order in which they are blended. */
enum { NIBBLE_O3, NIBBLE_O4, NIBBLE_WORD, NIBBLE_BOTH, NIBBLE_SLOTS };
/* Places that tell a byte: the diagonal, the past, the match. */
enum { EXPECTATIONS = 3, BLEND_MOST = 2 + NIBBLE_SLOTS + EXPECTATIONS };
enum { LAST_KINDS = 130 }; /* ASCII, and the two kinds of bytes that UTF-8 has beside it */
/* Distributions of nibbles that are known from training. */
enum {
    NIBBLE_LAST = 0,                               /* the last byte x the upper nibble, or none */
    NIBBLE_AT = NIBBLE_LAST + LAST_KINDS * 17,     /* class of the last byte x of the diagonal's */
    NIBBLE_AT_LOW = NIBBLE_AT + CLASSES * CLASSES, /* the upper nibble x class of the diagonal's byte */
    NIBBLE_DIGIT = NIBBLE_AT_LOW + 16 * CLASSES,   /* a digit's: the diagonal's digit x new bytes before */
    NIBBLES = NIBBLE_DIGIT + 10 * 3,
};
/* How much a distribution counts where it is blended with those before it, of 2^15. */
enum {
    SHARE_STATES = 16,
    SHARE_NONE = 0,
    SHARE_DIRECT = SHARE_NONE + 1,
    SHARE_SLOT = SHARE_DIRECT + 2 * CLASSES + 1, /* context x nibble x state */
    SHARE_POINTERS = SHARE_SLOT + NIBBLE_SLOTS * 2 * 3 * SHARE_STATES,
    SHARE_AT = (SHARE_POINTERS + 5) / 6, /* in pairs, for the two nibbles */
    SHARE_PAST = SHARE_AT + 4 * 4 * 3,
    SHARE_MATCH = SHARE_PAST + 32,
    SHARES = (SHARE_MATCH + 32) * 6,
};

/* Bits of operations that are mixed, and the literals' last mixers. */
enum { BIT_INPUTS = 8, STOP_SETS = 8, FOLLOW_SETS = 8, FINAL_LANES = 8, FINALS = 2 };

/* The mixed answer's logit falls between two of these. */
enum { REFINE_SHIFT = 7, REFINE_STEPS = 25, REFINE_ZERO = REFINE_STEPS / 2 << REFINE_SHIFT };

/* Adaptive probabilities, by what they are of. */
enum {
    /* Single bits of operations. */
    BIT_FINISH = 0,                      /* kind x new bytes before */
    BIT_PAST = BIT_FINISH + 8,           /* new bytes before */
    BIT_RANK = BIT_PAST + 2,             /* which list x many */
    BIT_BACK = BIT_RANK + 4,             /* which list, or none */
    BIT_CANDIDATE = BIT_BACK + 3,        /* candidate x new bytes before x how sure */
    BIT_BREAK = BIT_CANDIDATE + 12 * 12, /* hits x passes */
    BIT_LENGTH = BIT_BREAK + 4 * 8,      /* kind x node */
    BIT_MANTISSA = BIT_LENGTH + 4 * 32,
    BIT_NUMBER = BIT_MANTISSA + 32, /* family x node */
    BIT_NUMBER_TOP = BIT_NUMBER + 8 * 32,
    /* Whether the run of new bytes ends, and whether the byte comes that a match expects: tables whose answers are mixed.
     * Depth `balanced` has only the first two of each. */
    STOP_0 = BIT_NUMBER_TOP + 8 * 32,
    STOP_1 = STOP_0 + 8 * CLASSES * CLASSES,
    FOLLOW_2 = STOP_1 + 4 * 8 * 4 * 8,
    FOLLOW_5 = FOLLOW_2 + 4 * 8 * 4,
    FOLLOW_0 = FOLLOW_5 + 16 * 16 * 4,
    BALANCED_PROBABILITIES = FOLLOW_0,
    FOLLOW_1 = FOLLOW_0 + CLASSES * CLASSES * CLASSES,
    FOLLOW_3 = FOLLOW_1 + 16 * CLASSES,
    FOLLOW_4 = FOLLOW_3 + 256 * 4,
    FOLLOW_6 = FOLLOW_4 + CLASSES * 256,
    FOLLOW_7 = FOLLOW_6 + 16 * 4 * 4,
    STOP_2 = FOLLOW_7 + 256,
    STOP_3 = STOP_2 + 8 * 4 * 8,
    STOP_4 = STOP_3 + CLASSES * CLASSES * 4,
    STOP_5 = STOP_4 + 8 * 4 * 12,
    STOP_6 = STOP_5 + CLASSES * 8 * 4,
    STOP_7 = STOP_6 + CLASSES * CLASSES * 4,
    /* Direct inputs of the literals' mixer. */
    DIRECT_CLASS = STOP_7 + 1,
    DIRECT_DIGIT = DIRECT_CLASS + CLASSES * 256,
    DIRECT_AT = DIRECT_DIGIT + 11 * 3 * 2 * 32,
    DIRECT_MATCH = DIRECT_AT + 16 * 16 + 1,
    DIRECT_PAST = DIRECT_MATCH + 32 * 16 + 1,
    DIRECT_BIAS = DIRECT_PAST + 32 * 16 + 1,
    /* From bit histories, for each slot context and nibble. */
    HISTORY = DIRECT_BIAS + 8,
    /* From tallies of what follows in the base after the last 2, 3, 4 and 6 bytes. */
    TALLY = HISTORY + SMALL_SLOTS * 2 * 256,
    /* What follows each byte of ASCII, and all others as one: by the nodes of ASCII and the bit of others. */
    DIRECT_LETTER = TALLY + 4 * 64,
    /* What came of the literals' mixed answers: last byte's class x bit x answer. */
    REFINE = DIRECT_LETTER + 129 * 136,
    SMALL_PROBABILITIES = REFINE + CLASSES * 8 * REFINE_STEPS,
};

/* Mixer weights, 1.0 as 2^14, which depth `balanced` has none of. */
enum { WEIGHT_SHIFT = 14 };
enum {
    WEIGHT_STOP = 0,
    WEIGHT_FOLLOW = WEIGHT_STOP + STOP_SETS * BIT_INPUTS,
    WEIGHT_LITERAL = WEIGHT_FOLLOW + FOLLOW_SETS * BIT_INPUTS,
    WEIGHT_FINALS =
        WEIGHT_LITERAL + (SIZE_POINTERS + SIZE_NODE + SIZE_RUN + SIZE_KNOWN + SIZE_CLASSES + SIZE_MATCH) * SMALL_LANES,
    SMALL_WEIGHTS = WEIGHT_FINALS + (SIZE_NODE + CLASSES * SIZE_POINTERS) * FINAL_LANES,
};

struct learned {
    _Alignas(64) int16_t weights[SMALL_WEIGHTS];
    uint16_t probabilities[SMALL_PROBABILITIES];
};

/* What depth `balanced` has beside that. */
struct learned_nibbles {
    _Alignas(64) int16_t known[NIBBLES][16];
    int16_t shares[SHARES];
};

/* How often a copy ends between bytes of three classes, of 65536 * 4; training counts it. */
enum { HAZARDS = CLASSES * CLASSES * CLASSES };
