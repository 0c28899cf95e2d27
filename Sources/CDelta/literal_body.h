/* One new byte, coded bit by bit with mixed predictions. Included by coder_body.h. */

INLINE void adapt(uint16_t *probability, unsigned bit, unsigned shift) {
    const unsigned flip = bit ? 65535 : 0, distance = *probability ^ flip;
    *probability = (uint16_t)((distance - (distance >> shift)) ^ flip);
}

/* Codes a bit, and what it costs where that is asked for. */
INLINE unsigned code_bit_with(cdelta_coder *coder, unsigned probability, unsigned bit, const unsigned mode) {
    if (probability < PROBABILITY_MIN) probability = PROBABILITY_MIN;
    if (probability > PROBABILITY_MAX) probability = PROBABILITY_MAX;
    bit = range_coder_bit(&coder->range, probability, bit, mode & DECODING);
    if (mode & TRACING) coder->spent += coder->logistic.price[(bit ? probability : 65536 - probability) >> 4];
    return bit;
}

INLINE bool is_word(const cdelta_coder *coder, uint8_t byte) {
    unsigned class = coder->classes[byte];
    return class < 4 || class == 12;
}

INLINE void text_step(cdelta_coder *coder, uint8_t byte) {
    struct walk *walk = &coder->walk;
    walk->shape = (walk->shape << 4 | coder->classes[byte]) & 0xffffff;
    if (is_word(coder, byte)) {
        walk->word = (walk->word + byte + 1) * 0x2F0B4C47u;
        walk->gap = 0;
    } else {
        if (walk->word) walk->words = walk->word;
        walk->word = 0;
        if (++walk->gap > 3) walk->words = 0;
    }
}

/* After a copy: the words that lead up to here. */
static void text_restart(cdelta_coder *coder) {
    struct walk *walk = &coder->walk;
    size_t back = walk->position < 24 ? walk->position : 24;
    walk->word = walk->words = walk->gap = walk->shape = 0;
    for (const uint8_t *at = walk->target + walk->position - back; back > 0; back--) text_step(coder, *at++);
}

INLINE uint8_t *find_slot(cdelta_coder *coder, uint32_t hash) {
    uint32_t i = hash >> 8 & coder->slot_mask;
    uint8_t check = (uint8_t)hash, *slot = coder->slots + (size_t)i * SLOT_BYTES;
    if (slot[0] == check) return slot;
    uint8_t *other = coder->slots + (size_t)(i ^ 1) * SLOT_BYTES;
    if (other[0] == check) return other;
    if (slot[1] > other[1]) slot = other; /* the one that was seen less */
    memset(slot, 1, SLOT_BYTES);
    slot[0] = check;
    return slot;
}

/* Up to 16 in 8 steps. */
INLINE unsigned tally_step(unsigned count) {
    static const uint8_t steps[NEAR + 1] = {0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7};
    return steps[count];
}

INLINE unsigned length_step(unsigned length) {
    return length == 0   ? 0
           : length < 4  ? 1
           : length < 6  ? 2
           : length < 8  ? 3
           : length < 12 ? 4
           : length < 16 ? 5
           : length < 32 ? 6
                         : 7;
}

INLINE unsigned code_literal(cdelta_coder *coder, unsigned byte, const unsigned mode) {
    enum { MAX_LANES = SMALL_LANES, ANSWER_BIAS = 256, FINAL_SHIFT = 2 };
    const unsigned slot_count = SMALL_SLOTS;
    const unsigned input_count = slot_count + SMALL_DIRECT;
    const unsigned lanes = SMALL_LANES, sets = SMALL_SETS;
    struct walk *walk = &coder->walk;
    uint16_t *const learned = coder->now.probabilities;
    const uint8_t *const classes = coder->classes;
    uint8_t last[6];
    UNROLL
    for (unsigned i = 0; i < 6; i++) last[i] = walk->position > i ? walk->target[walk->position - 1 - i] : 0;
    const size_t diagonal = walk->base_position + walk->run;
    const bool has_at = diagonal < walk->base_length, has_match = walk->match.valid, has_past = walk->past.valid;
    const unsigned at = has_at ? walk->base[diagonal] : 0, match = has_match ? walk->base[walk->match.at] : 0;
    const unsigned past = has_past ? walk->target[walk->past.at] : 0;
    const unsigned before = diagonal > 0 && diagonal <= walk->base_length ? walk->base[diagonal - 1] : 0;
    const unsigned after = diagonal + 1 < walk->base_length ? walk->base[diagonal + 1] : 0;
    const unsigned run = walk->run < 3 ? (unsigned)walk->run : 3, error = walk->error < 3 ? walk->error : 3;
    const uint32_t last2 = last[0] | (uint32_t)last[1] << 8, last3 = last2 | (uint32_t)last[2] << 16;
    const uint32_t last4 = last3 | (uint32_t)last[3] << 24;
    if (walk->run == 0) {
        walk->run_context = last4;
        text_restart(coder);
    }
    uint32_t hashes[SMALL_SLOTS];
    hashes[SLOT_O2] = last2;
    hashes[SLOT_O3] = last3;
    hashes[SLOT_WORD] = walk->word * 31 + last[0];
    hashes[SLOT_AROUND] = before | at << 8 | after << 16;
    hashes[SLOT_RUN] = walk->run_context * 0x2545F491u + (uint32_t)(walk->run < 255 ? walk->run : 255);
    hashes[SLOT_O4] = last4;
    hashes[SLOT_O1] = last[0];
    hashes[SLOT_O0] = 0;
    hashes[SLOT_O6] = last4 * 0x2545F491u + (last[4] | (uint32_t)last[5] << 8) * 0x9E3779B1u;
    hashes[SLOT_AT] = at | (uint32_t)has_at << 8;
    hashes[SLOT_AT_LAST] = at | (uint32_t)last[0] << 8 | (uint32_t)has_at << 16;
    hashes[SLOT_WORDS] = walk->words * 0x9E3779B1u + walk->word + last[0] * 7u;
    hashes[SLOT_SHAPE] = walk->shape;
    hashes[SLOT_PAST] = past | (uint32_t)classes[last[0]] << 8 | (uint32_t)has_past << 16 |
                        (walk->past.length > 15 ? 15 : walk->past.length) << 20;
    hashes[SLOT_BOTH] = match | past << 8 | (uint32_t)has_match << 16 | (uint32_t)has_past << 17;
    hashes[SLOT_SKIP] = last[1] | (uint32_t)last[2] << 8;
    UNROLL
    for (unsigned i = 0; i < slot_count; i++) {
        uint32_t hash = (hashes[i] + i * 0x9E3779B1u) * 0x85EBCA6Bu;
        hash = (hash ^ hash >> 15) * 0xC2B2AE35u;
        hashes[i] = hash ^ hash >> 13;
    }
    const unsigned at_digit = has_at && at >= '0' && at <= '9' ? at - '0' : 10;
    const unsigned digit_context =
        DIRECT_DIGIT + ((at_digit * 3 + (run < 2 ? run : 2)) * 2 + (last[0] >= '0' && last[0] <= '9')) * 32;
    const unsigned at_context = ((walk->equal_run < 3 ? walk->equal_run : 3) * 4 + run) * 8;
    const unsigned match_context = ((walk->refuted ? 0 : length_step(walk->match.length)) * 4 +
                                    (walk->match.misses < 3 ? walk->match.misses : 3)) *
                                   8;
    const unsigned past_context =
        (length_step(walk->past.length) * 4 + (walk->past.misses < 3 ? walk->past.misses : 3)) * 8;
    const unsigned match_trust = walk->refuted ? 4 : 1 + (walk->match.length >= 8) + (walk->match.length >= 16);
    uint32_t near2 = walk->near.all, near3 = walk->near.longer, far4 = walk->far.all, far6 = walk->far.longer;

    unsigned node = 1, wrong = 0;
    for (unsigned nibble = 0; nibble < 2; nibble++) {
        uint8_t *slots[SMALL_SLOTS];
        UNROLL
        for (unsigned i = 0; i < slot_count; i++)
            slots[i] =
                find_slot(coder, nibble ? (hashes[i] + node * 0x9E3779B1u) * 0x85EBCA6Bu ^ hashes[i] >> 16 : hashes[i]);
        unsigned slot_node = 1;
        for (unsigned step = 0; step < 4; step++) {
            const unsigned index = nibble * 4 + step, shift = 7 - index;
            uint16_t *where[MAX_LANES];
            _Alignas(64) int16_t inputs[MAX_LANES];
            _Alignas(64) uint16_t probabilities[MAX_LANES];
            uint8_t histories[SMALL_SLOTS];
            UNROLL
            for (unsigned i = 0; i < slot_count; i++) {
                histories[i] = slots[i][slot_node];
                where[i] = learned + HISTORY + (i * 2 + nibble) * 256 + histories[i];
            }
            const bool at_agrees = has_at && (at | 256) >> (shift + 1) == node;
            const bool match_agrees = has_match && (match | 256) >> (shift + 1) == node;
            const bool past_agrees = has_past && (past | 256) >> (shift + 1) == node;
            uint16_t **direct = where + slot_count;
            direct[IN_CLASS] = learned + DIRECT_CLASS + classes[last[0]] * 256u + node;
            direct[IN_DIGIT] = learned + digit_context +
                               (nibble == 0            ? slot_node
                                : node >> step == 0x13 ? 16 + slot_node
                                                       : 0);
            direct[IN_AT] = learned + DIRECT_AT + (at_agrees ? (at_context + index) * 2 + (at >> shift & 1) + 1 : 0);
            direct[IN_MATCH] =
                learned + DIRECT_MATCH + (match_agrees ? (match_context + index) * 2 + (match >> shift & 1) + 1 : 0);
            direct[IN_PAST] =
                learned + DIRECT_PAST + (past_agrees ? (past_context + index) * 2 + (past >> shift & 1) + 1 : 0);
            direct[IN_BIAS] = learned + DIRECT_BIAS + index;
            const unsigned half = index > 0 ? 1u << (index - 1) : 1;
            const unsigned letter_node = node < 3 * half ? node - half : 128 + index;
            direct[IN_LETTER] = learned + DIRECT_LETTER + (last[0] < 128 ? last[0] : 128) * 136u + letter_node;
            unsigned far_state = 0;
            const uint32_t near_plane = (uint32_t)(walk->near.planes[0] >> 8 * index & 255) |
                                        (uint32_t)(walk->near.planes[1] >> 8 * index & 255) << 8;
            const uint32_t far_plane = (uint32_t)(walk->far.planes[0] >> 8 * index & 255) |
                                       (uint32_t)(walk->far.planes[1] >> 8 * index & 255) << 8;
            const uint32_t alive[4] = {near2, near3, far4, far6};
            UNROLL
            for (unsigned i = 0; i < 4; i++) {
                uint32_t plane = i < 2 ? near_plane : far_plane;
                unsigned ones = (unsigned)__builtin_popcount(alive[i] & plane),
                         zeros = (unsigned)__builtin_popcount(alive[i] & ~plane);
                direct[IN_NEAR2 + i] = learned + TALLY + i * 64 + tally_step(zeros) * 8 + tally_step(ones);
                if (i == 2) far_state = ones + zeros == 0 ? 0 : ones == 0 || zeros == 0 ? 1 : 2;
            }
            UNROLL
            for (unsigned i = 0; i < input_count; i++) {
                probabilities[i] = *where[i];
                inputs[i] = coder->logistic.logit[probabilities[i] >> 4];
            }
            UNROLL
            for (unsigned i = input_count; i < lanes; i++) inputs[i] = 0;

            const unsigned pointers =
                ((match_agrees ? match_trust : 0) * 4 + at_agrees * 2u + past_agrees) * 4 + far_state;
            int16_t *weights[SMALL_SETS], *at_set = coder->now.weights + WEIGHT_LITERAL;
            weights[SET_POINTERS] = at_set + pointers * lanes;
            weights[SET_NODE] = at_set + (SIZE_POINTERS + node) * lanes;
            static const uint8_t orders[] = {SLOT_O1, SLOT_O2, SLOT_O3, SLOT_O4, SLOT_O6};
            unsigned known = 0;
            UNROLL
            for (unsigned i = 0; i < 5; i++) known += histories[orders[i]] > 1;
            known = known * 4 + (histories[SLOT_AROUND] > 1) * 2u + (histories[SLOT_WORD] > 1);
            at_set += (SIZE_POINTERS + SIZE_NODE) * lanes;
            weights[SET_RUN] = at_set + ((run * 8 + index) * 4 + error) * lanes;
            weights[SET_KNOWN] = at_set + (SIZE_RUN + known * 8 + index) * lanes;
            weights[SET_CLASSES] =
                at_set +
                (SIZE_RUN + SIZE_KNOWN + classes[last[0]] * CLASSES + (has_at ? classes[at] : CLASS_NONE)) * lanes;
            weights[SET_MATCH] = at_set + (SIZE_RUN + SIZE_KNOWN + SIZE_CLASSES +
                                           ((match_agrees ? classes[match] : CLASS_NONE) * 8 + index) * 3 + far_state) *
                                              lanes;
            _Alignas(16) int16_t answers[FINAL_LANES] = {0};
            unsigned answer_probabilities[SMALL_SETS];
            UNROLL
            for (unsigned set = 0; set < sets; set++) {
                int logit = logit_clamp(kernel_dot(weights[set], inputs, lanes) >> WEIGHT_SHIFT);
                answers[set] = (int16_t)logit;
                answer_probabilities[set] = logistic_squash(&coder->logistic, logit);
            }
            /* Two opinions on the answers, and the mean of both. */
            answers[SMALL_SETS] = ANSWER_BIAS;
            int16_t *finals[FINALS] = {coder->now.weights + WEIGHT_FINALS + node * FINAL_LANES,
                                       coder->now.weights + WEIGHT_FINALS +
                                           (SIZE_NODE + classes[last[0]] * SIZE_POINTERS + pointers) * FINAL_LANES};
            int logit = 0;
            unsigned final_probabilities[FINALS];
            UNROLL
            for (unsigned i = 0; i < FINALS; i++) {
                int opinion = logit_clamp(kernel_dot(finals[i], answers, FINAL_LANES) >> WEIGHT_SHIFT);
                final_probabilities[i] = logistic_squash(&coder->logistic, opinion);
                logit += opinion;
            }
            logit >>= 1;
            const unsigned probability = logistic_squash(&coder->logistic, logit);
            /* Half of what is coded is what came of such answers before, between two of the steps that are kept. */
            const unsigned place = (unsigned)(logit + REFINE_ZERO), part = place & ((1 << REFINE_SHIFT) - 1);
            uint16_t *refined =
                learned + REFINE + (classes[last[0]] * 8u + index) * REFINE_STEPS + (place >> REFINE_SHIFT);
            const unsigned refinement =
                (refined[0] * ((1u << REFINE_SHIFT) - part) + refined[1] * part) >> REFINE_SHIFT;
            const unsigned coded = (probability + refinement) / 2;
            refined += part >> (REFINE_SHIFT - 1); /* the nearer one learns */
            const unsigned bit = code_bit_with(coder, coded, byte >> shift & 1, mode);
            wrong += (probability >= 32768) != bit;
            const int truth = bit ? 65535 : 0;
            UNROLL
            for (unsigned set = 0; set < sets; set++)
                kernel_adjust(weights[set], inputs, (truth - (int)answer_probabilities[set]) >> coder->rate_shift,
                              lanes);
            UNROLL
            for (unsigned i = 0; i < FINALS; i++)
                kernel_adjust(finals[i], answers, (truth - (int)final_probabilities[i]) >> FINAL_SHIFT, FINAL_LANES);
            UNROLL
            for (unsigned i = 0; i < input_count; i++) adapt(&probabilities[i], bit, coder->map_shift);
            UNROLL
            for (unsigned i = 0; i < input_count; i++) *where[i] = probabilities[i];
            /* The last seven bits behind a leading one. */
            UNROLL
            for (unsigned i = 0; i < slot_count; i++)
                slots[i][slot_node] = (uint8_t)(histories[i] << 1 | (int)bit) | (histories[i] & 128);
            adapt(refined, bit, coder->map_shift);
            const uint32_t near_keep = bit ? near_plane : ~near_plane, far_keep = bit ? far_plane : ~far_plane;
            near2 &= near_keep;
            near3 &= near_keep;
            far4 &= far_keep;
            far6 &= far_keep;
            node = node * 2 + bit;
            slot_node = slot_node * 2 + bit;
        }
    }
    walk->error = walk->error / 2 + (wrong > 0) + (wrong > 1);
    return node & 255;
}

/* Takes note of a literal. It may not be in the target yet: a decoder writes it afterwards. */
INLINE void literal_done(cdelta_coder *coder, uint8_t byte) {
    struct walk *walk = &coder->walk;
    size_t diagonal = walk->base_position + walk->run;
    if (walk->match.valid) {
        pointer_step(&walk->match, walk->base[walk->match.at] == byte);
        if (walk->match.at >= walk->base_length) walk->match.valid = false;
    }
    if (walk->past.valid) pointer_step(&walk->past, walk->target[walk->past.at] == byte);
    walk->equal_run = diagonal < walk->base_length && walk->base[diagonal] == byte ? walk->equal_run + 1 : 0;
    walk->position++;
    walk->run++;
    text_step(coder, byte);
}
