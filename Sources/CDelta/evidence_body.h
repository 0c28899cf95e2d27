/* What the base and the target had after bytes like the last ones. Included by coder_body.h. */

enum { FAR_TRIES = 4 * NEAR, REACH = 2048, BALANCED_REACH = 128 };

/* Spreads a byte's bits over eight bytes, the top bit first. */
INLINE uint64_t spread(uint8_t byte) {
    return (byte * UINT64_C(0x8040201008040201) >> 7) & UINT64_C(0x0101010101010101);
}

INLINE void evidence_clear(struct evidence *evidence) {
    evidence->count = 0;
    evidence->all = evidence->longer = 0;
    evidence->planes[0] = evidence->planes[1] = 0;
}

INLINE void evidence_add(struct evidence *evidence, uint8_t byte, bool longer) {
    unsigned i = evidence->count++;
    evidence->planes[i >> 3] |= spread(byte) << (i & 7);
    evidence->all |= 1u << i;
    evidence->longer |= (uint32_t)longer << i;
}

/* Bit i is set where the base has `first` at from + i and `second` behind it by `distance`. */
INLINE uint64_t find_block(const struct walk *walk, ptrdiff_t from, uint8_t first, uint8_t second, unsigned distance) {
    if (from >= 0 && (size_t)from + 64 + distance <= walk->base_length)
        return kernel_find64(walk->base + from, first, second, distance);
    uint64_t found = 0;
    for (ptrdiff_t i = from < 0 ? -from : 0; i < 64 && (size_t)(from + i) + distance < walk->base_length; i++)
        found |= (uint64_t)(walk->base[from + i] == first && walk->base[from + i + distance] == second) << i;
    return found;
}

/* The places nearest the diagonal that follow the last two bytes. */
INLINE void gather_near(struct walk *walk, size_t diagonal, size_t excluded) {
    struct evidence *near = &walk->near;
    const uint8_t *last = walk->target + walk->position;
    const ptrdiff_t end = (ptrdiff_t)walk->base_length;
    for (ptrdiff_t away = 0; away < REACH && near->count < NEAR; away += 64) {
        ptrdiff_t right = (ptrdiff_t)diagonal - 2 + away, left = (ptrdiff_t)diagonal - 66 - away;
        if (right >= end && left <= -64) return;
        uint64_t found = right < end ? find_block(walk, right, last[-2], last[-1], 1) : 0;
        for (; found && near->count < NEAR; found &= found - 1) {
            size_t next = (size_t)(right + __builtin_ctzll(found)) + 2;
            if (next < walk->base_length && next != excluded)
                evidence_add(near, walk->base[next],
                             next > 2 && walk->position > 2 && walk->base[next - 3] == last[-3]);
        }
        found = left > -64 ? find_block(walk, left, last[-2], last[-1], 1) : 0;
        while (found && near->count < NEAR) {
            unsigned i = 63 - (unsigned)__builtin_clzll(found);
            found ^= (uint64_t)1 << i;
            size_t next = (size_t)(left + (ptrdiff_t)i) + 2;
            if (next < walk->base_length && next != excluded)
                evidence_add(near, walk->base[next],
                             next > 2 && walk->position > 2 && walk->base[next - 3] == last[-3]);
        }
    }
}

INLINE void add_far(struct walk *walk, size_t place, uint32_t wanted, size_t excluded) {
    size_t next = place + 4;
    if (cdelta_load32(walk->base + place) != wanted || next >= walk->base_length || next == excluded) return;
    unsigned agree = agreement(walk->target + walk->position, walk->position, walk->base + next, next);
    walk->far.at[walk->far.count] = (uint32_t)next;
    walk->far.agree[walk->far.count] = (uint8_t)agree;
    evidence_add(&walk->far, walk->base[next], agree >= 6);
}

/* The places nearest the diagonal that follow the last four bytes, in the whole window. */
INLINE void gather_far(cdelta_coder *coder, size_t diagonal, size_t excluded) {
    struct walk *walk = &coder->walk;
    if (walk->base_length < 5) return;
    places_cover(&coder->places, walk->base, walk->base_length, diagonal);
    const uint8_t *last = walk->target + walk->position - 4;
    const uint32_t wanted = cdelta_load32(last), *sorted = coder->places.sorted;
    size_t center = diagonal >= 4 ? diagonal - 4 : 0, low, high;
    size_t right = places_find(&coder->places, last, center, &low, &high), left = right;
    for (unsigned tries = 0; tries < FAR_TRIES && (right < high || left > low) && walk->far.count < NEAR; tries++) {
        bool takes_right = left <= low || (right < high && sorted[right] - center <= center - sorted[left - 1]);
        add_far(walk, takes_right ? sorted[right++] : sorted[--left], wanted, excluded);
    }
}

/* The place within a short reach where most of the last bytes, at least four, stand: what `balanced` has instead. */
INLINE void find_near_match(struct walk *walk, size_t diagonal, size_t excluded) {
    const uint8_t *last = walk->target + walk->position;
    const uint32_t wanted = cdelta_load32(last - 4);
    const size_t ends = walk->base_length - 4; /* strings that something follows start before this */
    const size_t middle = diagonal > 4 ? diagonal - 4 : 0;
    /* One side at a time: when the next byte comes, it is the other's turn. */
    const bool ahead = walk->position & 1;
    size_t at = ahead ? middle : middle < BALANCED_REACH ? 0 : middle - BALANCED_REACH, nearest = 0;
    const size_t to = !ahead ? middle : ends - middle < BALANCED_REACH ? ends : middle + BALANCED_REACH;
    unsigned best = walk->match.valid ? 4 : 3;
    for (; at < to; at += 128) {
        if (walk->base_length - at < 128 + 3) {
            if (walk->base_length >= 128 + 3) at = walk->base_length - (128 + 3);
        } else if (!kernel_has128(walk->base + at, last[-4], last[-1], 3)) {
            continue;
        }
        for (unsigned half = 0; half < 2; half++)
            for (uint64_t found = find_block(walk, (ptrdiff_t)at + 64 * half, last[-4], last[-1], 3); found;
                 found &= found - 1) {
                const size_t place = at + 64 * half + (unsigned)__builtin_ctzll(found), next = place + 4;
                if (cdelta_load32(walk->base + place) != wanted || next >= walk->base_length || next == excluded)
                    continue;
                const unsigned agree = agreement(last, walk->position, walk->base + next, next);
                const size_t distance = place < middle ? middle - place : place - middle;
                if (agree < best || (agree == best && distance >= nearest)) continue;
                best = agree;
                nearest = distance;
                walk->match = (struct pointer){.at = (uint32_t)next, .length = agree, .valid = true};
            }
    }
}

INLINE void choose_match(struct walk *walk) {
    struct pointer *match = &walk->match;
    if (match->valid && match->misses == 0) return;
    unsigned best = 0, which = 0;
    for (unsigned i = 0; i < walk->far.count; i++)
        if (walk->far.agree[i] > best) {
            best = walk->far.agree[i];
            which = i;
        }
    if (best >= 5 || (best > 0 && !match->valid))
        *match = (struct pointer){.at = walk->far.at[which], .length = best, .valid = true};
    else if (match->misses > 5)
        match->valid = false;
}

enum { REALIGN_FROM = 24 };

/* Whether the next byte is asked for as a whole. */
INLINE bool follows(const struct walk *walk) {
    return walk->match.valid && walk->match.misses == 0 && walk->match.length >= walk->follow_from;
}

/* A length in 16 steps, two to a doubling. */
INLINE unsigned followed_step(size_t followed) {
    const unsigned length = followed < 255 ? (unsigned)followed + 1 : 255, magnitude = floor_log2(length);
    return magnitude == 0 ? 0 : magnitude * 2 + (length >> (magnitude - 1) & 1);
}

INLINE void note_past(cdelta_coder *coder) {
    const struct walk *walk = &coder->walk;
    if (walk->position >= 4 && walk->run > 0)
        coder->past[hash4(walk->target + walk->position - 4) >> 18 & coder->past_mask] = (uint32_t)walk->position;
}

/* Where these four bytes were written as literals last. */
INLINE void choose_past(cdelta_coder *coder) {
    struct walk *walk = &coder->walk;
    struct pointer *past = &walk->past;
    const uint8_t *end = walk->target + walk->position;
    uint32_t *entry = &coder->past[hash4(end - 4) >> 18 & coder->past_mask], candidate = *entry;
    if (walk->run > 0) *entry = (uint32_t)walk->position;
    if (past->valid && past->misses == 0) return;
    if (candidate > 0) {
        unsigned agree = agreement(end, walk->position, walk->target + candidate, candidate);
        if (agree >= 4 || (!past->valid && agree >= 3)) {
            *past = (struct pointer){.at = candidate, .length = agree, .valid = true};
            return;
        }
    }
    if (past->misses > 5) past->valid = false;
}

/* Looks around before a symbol. */
INLINE void look(cdelta_coder *coder, const bool small) {
    struct walk *walk = &coder->walk;
    size_t diagonal = walk->base_position + walk->run;
    if (diagonal > walk->base_length) diagonal = walk->base_length;
    /* Were it the byte that the last copy left out, the copy would have been longer. */
    size_t excluded = walk->run == 0 && walk->position > 0 ? walk->base_position : SIZE_MAX;
    if (small) {
        evidence_clear(&walk->near);
        evidence_clear(&walk->far);
        if (walk->position >= 2 && walk->base_length > 2) gather_near(walk, diagonal, excluded);
        if (walk->position >= 4) gather_far(coder, diagonal, excluded);
        choose_match(walk);
    } else if (walk->position >= 4 && walk->base_length > 4 && (!walk->match.valid || walk->match.length < 4)) {
        find_near_match(walk, diagonal, excluded);
        if (walk->match.misses > 5) walk->match.valid = false;
    }
    if (walk->position >= 4) choose_past(coder);
}

INLINE void pointer_step(struct pointer *pointer, bool right) {
    if (right) {
        pointer->length++;
        if (pointer->length >= 8) pointer->misses = 0;
    } else {
        pointer->misses++;
        pointer->length = 0;
    }
    pointer->at++;
}
