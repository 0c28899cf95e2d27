#pragma once
#define ZSTD_STATIC_LINKING_ONLY /* frames without magic bytes, dictionaries by reference */
#include <zstd.h>
#include <zlib.h>
#include <lz4.h>

/* Swift doesn't see a macro that stands for an enumerator. */
static const ZSTD_cParameter peers_zstd_compression_format = ZSTD_c_format;
static const ZSTD_cParameter peers_zstd_attach_dictionary = ZSTD_c_forceAttachDict;
static const ZSTD_dParameter peers_zstd_decompression_format = ZSTD_d_format;
