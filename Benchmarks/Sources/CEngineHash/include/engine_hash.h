#pragma once
#include <stddef.h>
#include <stdint.h>
/* The engine's own hashes, so that what is made to collide collides in the engine too, whatever becomes of them. */

/* The lengths of the blocks that the engine hashes, in bytes. */
extern const size_t engine_short_block_bytes, engine_long_block_bytes;

/* The hash of the block that starts at `bytes`; its highest bits pick the slot of a table. */
uint64_t engine_short_hash(const uint8_t *bytes);
uint64_t engine_long_hash(const uint8_t *bytes);
