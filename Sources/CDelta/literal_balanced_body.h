/* One new byte at depth `balanced`: two nibbles, each coded at once, with the distributions that its contexts had
 * before blended one after the other. Included by coder_body.h. */

/* How sure a slot is: 0 where it is new, 1 to 7 where it saw one symbol only, and so often, from 8 on where it saw
 * several. After each state, what follows another symbol and what follows the same. */
static const uint8_t state_steps[SHARE_STATES][2] = {{1, 1},   {8, 2},   {9, 3},   {9, 4},   {10, 5},  {10, 6},
                                                     {11, 7},  {11, 7},  {9, 9},   {10, 10}, {11, 11}, {12, 12},
                                                     {13, 13}, {14, 14}, {15, 15}, {15, 15}};

/* How far a slot's distribution moves to a symbol, of 2^15. */
static const int16_t slot_rates[SHARE_STATES] = {21000, 19000, 14000, 11000, 9000, 7800, 6800, 6000,
                                                 14000, 11000, 9000,  7500,  6200, 5200, 4500, 4000};

/* How a slot's last symbol, or an expected one, relates to the last symbol of the slot before that was not new. */
INLINE unsigned agreement_of(unsigned told, unsigned symbol) {
    return told == 0 ? 0 : (told & 15) == symbol ? 1 : 2;
}

/* A byte of a page that the next one may equal, and which shares it has. */
struct expectation {
    unsigned byte;
    bool there;
    unsigned context;
};

/* In training: moves each share to how often its distribution, rather than those before it, had the symbol. */
static __attribute__((noinline)) void learn_shares(cdelta_coder *coder, int16_t lanes[][16], int16_t *const *shares,
                                                   unsigned count, unsigned symbol) {
    int32_t sofar = 0;
    for (unsigned i = 0; i < count; i++) {
        const int32_t has = (symbol < 15 ? lanes[i][symbol + 1] : 32767) - (symbol > 0 ? lanes[i][symbol] : 0) + 8;
        if (i == 0) {
            sofar = has;
            continue;
        }
        const int32_t share = *shares[i], mixed = sofar + (int32_t)((int64_t)(has - sofar) * share / 32768);
        if (has != sofar) {
            const int32_t found = (int32_t)((int64_t)share * has / (mixed > 0 ? mixed : 1));
            int32_t moved = share + ((found - share) >> (coder->map_shift - 1));
            *shares[i] = (int16_t)(moved < 64 ? 64 : moved > 32700 ? 32700 : moved);
        }
        sofar = mixed;
    }
}

/* Codes the upper nibble, or the lower one where `above` is the upper. `direct` are two distributions that are known
 * from training, and the share of the second. */
INLINE unsigned code_nibble(cdelta_coder *coder, const uint32_t *hashes, const unsigned *direct,
                            const struct expectation *expectations, const unsigned above, unsigned symbol,
                            const unsigned nibble, const unsigned mode) {
    struct walk *walk = &coder->walk;
    int16_t *const shares = coder->nibbles.shares, *all_shares[BLEND_MOST];
    _Alignas(32) int16_t final[17];
    kernel_nibble seen[NIBBLE_SLOTS], expected[EXPECTATIONS];
    int16_t *slots[NIBBLE_SLOTS], *pointer_shares[EXPECTATIONS], *slot_shares[NIBBLE_SLOTS];
    unsigned told = 0; /* state and last symbol of the last slot that is not new */
    unsigned states[NIBBLE_SLOTS], wanted[EXPECTATIONS];
    const kernel_nibble first = kernel_nibble_load(coder->nibbles.known[direct[0]]),
                        second = kernel_nibble_load(coder->nibbles.known[direct[1]]);
    const int16_t rate = (int16_t)(32768 >> coder->map_shift);
    int16_t *const direct_share = shares + SHARE_DIRECT + direct[2];
    kernel_nibble mix = kernel_nibble_toward(first, second, *direct_share);
    UNROLL
    for (unsigned i = 0; i < NIBBLE_SLOTS; i++) {
        slots[i] = coder->nibble_slots[hashes[i] >> 8 & coder->slot_mask];
        const unsigned check = (hashes[i] & 255) | 1, meta = (uint16_t)slots[i][0];
        const bool known = meta >> 8 == check;
        states[i] = known ? meta & 255 : 0;
        /* A new slot takes over what is expected without it. */
        seen[i] = kernel_nibble_choose(known, kernel_nibble_load(slots[i]), mix);
        slot_shares[i] = shares + SHARE_SLOT +
                         ((i * 2 + nibble) * 3 + agreement_of(told, states[i] & 15)) * SHARE_STATES + (states[i] >> 4);
        mix = kernel_nibble_toward(mix, seen[i], *slot_shares[i]);
        told = known ? states[i] : told;
    }
    UNROLL
    for (unsigned i = 0; i < EXPECTATIONS; i++) {
        const bool agrees = expectations[i].there && (nibble == 0 || expectations[i].byte >> 4 == above);
        wanted[i] = nibble == 0 ? expectations[i].byte >> 4 : expectations[i].byte & 15;
        const unsigned share = (expectations[i].context * 3 + agreement_of(told, wanted[i])) * 2 + nibble;
        pointer_shares[i] = shares + (agrees ? share : SHARE_NONE);
        expected[i] = kernel_nibble_step(wanted[i]);
        mix = kernel_nibble_toward(mix, expected[i], *pointer_shares[i]);
    }
    const kernel_nibble floored = kernel_nibble_floor(mix);
    kernel_nibble_store(final, floored);
    final[16] = INT16_MIN; /* 2^15 */
    struct range_coder *range = &coder->range;
    const uint64_t part = (range->high - range->low) >> 15;
    if (mode & DECODING) {
        const uint64_t value = (range->code - range->low) / part;
        symbol = kernel_nibble_find(floored, (int16_t)(value > INT16_MAX ? INT16_MAX : value));
    }
    const unsigned low = (uint16_t) final[symbol], high = (uint16_t) final[symbol + 1];
    if (symbol < 15) range->high = range->low + part * high - 1;
    range->low += part * low;
    range_coder_settle(range, mode & DECODING);
    if (mode & TRACING) coder->spent += coder->logistic.price[(high - low) >> 3];
    walk->error += high - low < 1 << 14;

    if (__builtin_expect(coder->training != NULL, 0)) {
        _Alignas(32) int16_t lanes[BLEND_MOST][16];
        unsigned count = 0;
        kernel_nibble_store(lanes[count++], first);
        all_shares[count] = direct_share;
        kernel_nibble_store(lanes[count++], second);
        for (unsigned i = 0; i < NIBBLE_SLOTS; i++) {
            if (states[i] == 0) continue;
            all_shares[count] = slot_shares[i];
            kernel_nibble_store(lanes[count++], seen[i]);
        }
        for (unsigned i = 0; i < EXPECTATIONS; i++) {
            if (pointer_shares[i] == shares + SHARE_NONE) continue;
            all_shares[count] = pointer_shares[i];
            kernel_nibble_store(lanes[count++], expected[i]);
        }
        learn_shares(coder, lanes, all_shares, count, symbol);
    }
    const kernel_nibble step = kernel_nibble_step(symbol);
    kernel_nibble_store(coder->nibbles.known[direct[0]], kernel_nibble_toward(first, step, rate));
    kernel_nibble_store(coder->nibbles.known[direct[1]], kernel_nibble_toward(second, step, rate));
    UNROLL
    for (unsigned i = 0; i < NIBBLE_SLOTS; i++) {
        const unsigned state = states[i] >> 4, last = states[i] & 15;
        kernel_nibble_store(slots[i], kernel_nibble_toward(seen[i], step, slot_rates[state]));
        slots[i][0] = (int16_t)(((hashes[i] & 255) | 1) << 8 | state_steps[state][last == symbol] << 4 | symbol);
    }
    return symbol;
}

INLINE unsigned code_literal_balanced(cdelta_coder *coder, unsigned byte, const unsigned mode) {
    struct walk *walk = &coder->walk;
    const uint8_t *const classes = coder->classes;
    const uint8_t *target = walk->target + walk->position;
    uint32_t last4 = 0;
    if (walk->position >= 4)
        last4 = cdelta_load32(target - 4);
    else
        for (unsigned i = 0; i < walk->position; i++) last4 |= (uint32_t)target[-1 - (int)i] << (24 - 8 * i);
    const unsigned last = last4 >> 24;
    const size_t diagonal = walk->base_position + walk->run;
    const bool has_at = diagonal < walk->base_length, has_match = walk->match.valid, has_past = walk->past.valid;
    const unsigned at = has_at ? walk->base[diagonal] : 0, match = has_match ? walk->base[walk->match.at] : 0;
    const unsigned past = has_past ? walk->target[walk->past.at] : 0;
    const unsigned run = walk->run < 3 ? (unsigned)walk->run : 3;
    if (walk->run == 0) {
        walk->run_context = last4;
        text_restart(coder);
    }
    const uint32_t values[NIBBLE_SLOTS] = {
        [NIBBLE_O3] = last4 >> 8,
        [NIBBLE_O4] = last4,
        [NIBBLE_WORD] = walk->word * 31 + last,
        [NIBBLE_BOTH] = match | past << 8 | (uint32_t)has_match << 16 | (uint32_t)has_past << 17,
    };
    uint32_t hashes[NIBBLE_SLOTS];
    UNROLL
    for (unsigned i = 0; i < NIBBLE_SLOTS; i++)
        hashes[i] =
            (uint32_t)((values[i] + i + 1) * (UINT64_C(0x9E3779B97F4A7C15) + i * UINT64_C(0x5851F42D4C957F2E)) >> 32);
    const unsigned at_class = has_at ? classes[at] : CLASS_NONE, last_class = classes[last];
    const unsigned last_kind = last < 128 ? last : 128 + (last >= 192);
    const unsigned relation = !has_match ? 0 : match == at ? 1 : 2;
    const struct expectation expectations[EXPECTATIONS] = {
        {at, has_at, SHARE_AT + ((walk->equal_run < 3 ? walk->equal_run : 3) * 4 + run) * 3 + relation},
        {past, has_past,
         SHARE_PAST + length_step(walk->past.length) * 4 + (walk->past.misses < 3 ? walk->past.misses : 3)},
        {match, has_match,
         SHARE_MATCH + (walk->refuted ? 0 : length_step(walk->match.length)) * 4 +
             (walk->match.misses < 3 ? walk->match.misses : 3)},
    };
    const unsigned at_digit = has_at && at - '0' < 10 ? at - '0' : 10;
    walk->error /= 2;
    const unsigned high_direct[3] = {NIBBLE_LAST + last_kind * 17, NIBBLE_AT + last_class * CLASSES + at_class,
                                     at_class};
    const unsigned high = code_nibble(coder, hashes, high_direct, expectations, 0, byte >> 4, 0, mode);
    const unsigned low_direct[3] = {NIBBLE_LAST + last_kind * 17 + 1 + high,
                                    high == 3 && at_digit < 10 ? NIBBLE_DIGIT + at_digit * 3 + (run < 2 ? run : 2)
                                                               : NIBBLE_AT_LOW + high * CLASSES + at_class,
                                    CLASSES + (high == 3 && at_digit < 10 ? CLASSES : at_class)};
    UNROLL
    for (unsigned i = 0; i < NIBBLE_SLOTS; i++) hashes[i] += (high + 1) * 0x9E3779B1u;
    return high << 4 | code_nibble(coder, hashes, low_direct, expectations, high, byte & 15, 1, mode);
}
