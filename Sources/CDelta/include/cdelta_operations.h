#pragma once
#include "cdelta_base.h"
CDELTA_NONNULL_BEGIN
/* Copies written as a stream of operations, and read back. Byte by byte in docs/formats/delta.md. */

/* The most bytes that cdelta_operations_write writes for so many copies. */
size_t cdelta_operations_bound(size_t copy_count);

/* Writes `copies` (ascending and disjoint, as cdelta_match leaves them) and returns the number of bytes written.
 * Requires room for cdelta_operations_bound(copy_count) bytes at `out`. O(copy_count). */
size_t cdelta_operations_write(const cdelta_copy *_Nullable copies, size_t copy_count, size_t base_length,
                               uint8_t *_Nullable out);

/* Gathers the bytes of `target` that no copy covers, in order, and returns their number, which is target_length less the
 * lengths of all copies. Requires room for `out_length` bytes at `out`, and that out_length is at least that number; what
 * lies beyond it may be overwritten, up to out_length. O(copy_count + result). */
size_t cdelta_literals_gather(const cdelta_copy *_Nullable copies, size_t copy_count, const uint8_t *_Nullable target,
                              size_t target_length, uint8_t *_Nullable out, size_t out_length);

/* A reader that goes through a stream of operations and trusts nothing in it. All that follows requires base and target
 * lengths of at most CDELTA_MAX_BYTES. */
typedef struct cdelta_operations_reader {
    const uint8_t *_Nullable bytes, *_Nullable end;
    size_t base_length, target_length;
    size_t base_position;   /* where the last copy from the base ended */
    size_t target_position; /* where the last copy ended in the target */
} cdelta_operations_reader;

/* Starts reading `length` bytes of operations that make a target of `target_length` bytes out of a base. */
cdelta_operations_reader cdelta_operations_read(const uint8_t *_Nullable operations, size_t length, size_t base_length,
                                                size_t target_length);

/* Reads the next copy. CDELTA_OK with a length of 0 is the end; any other copy lies, checked, within the base or
 * before its own place in the target, and ends within the target. CDELTA_CORRUPT otherwise. */
cdelta_status cdelta_operations_next(cdelta_operations_reader *reader, cdelta_copy *out_copy);

/* Sums up a whole stream: how many bytes of the target it leaves to literals. CDELTA_CORRUPT as above. */
cdelta_status cdelta_operations_measure(cdelta_operations_reader reader, size_t *out_literal_bytes);

/* Rebuilds a target of exactly `target_length` bytes at `out`, from the base, the operations and the literals, which
 * must be used up. Every bound is checked before a byte is read or written: hostile input gives CDELTA_CORRUPT, never
 * a read outside the inputs nor a write outside out[0, target_length). O(operations_length + target_length), without
 * an allocation. Requires `out` apart from all inputs. */
cdelta_status cdelta_apply(const uint8_t *_Nullable operations, size_t operations_length,
                           const uint8_t *_Nullable literals, size_t literals_length, const uint8_t *_Nullable base,
                           size_t base_length, uint8_t *_Nullable out, size_t target_length);
CDELTA_NONNULL_END
