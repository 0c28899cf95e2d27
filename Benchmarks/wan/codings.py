"""gzip, brotli and zstd, the last two by the libraries that nginx's module and Debian bring."""

import ctypes
import zlib

MOST_BYTES = 64 << 20
ZSTD_LEVEL = 3  # its default, and what is used for pages that are made for each visit
SIZE = ctypes.c_size_t


def library(name, results):
    found = ctypes.CDLL(name)
    for function, result in results.items():
        getattr(found, function).restype = result
    return found


def zstd():
    return library("libzstd.so.1", {"ZSTD_compressBound": SIZE, "ZSTD_compress": SIZE, "ZSTD_decompress": SIZE,
                                    "ZSTD_isError": ctypes.c_uint})


def zstd_pack(page):
    room = zstd().ZSTD_compressBound(SIZE(len(page)))
    output = ctypes.create_string_buffer(room)
    count = zstd().ZSTD_compress(output, SIZE(room), page, SIZE(len(page)), ZSTD_LEVEL)
    return output.raw[:count]


def zstd_unpack(body, length):
    output = ctypes.create_string_buffer(length + 1)
    count = zstd().ZSTD_decompress(output, SIZE(length + 1), body, SIZE(len(body)))
    if zstd().ZSTD_isError(SIZE(count)):
        raise ValueError("this is not zstd")
    return output.raw[:count]


def brotli_unpack(body, length):
    decoder = library("libbrotlidec.so.1", {"BrotliDecoderDecompress": ctypes.c_int})
    output, count = ctypes.create_string_buffer(length + 1), SIZE(length + 1)
    if decoder.BrotliDecoderDecompress(SIZE(len(body)), body, ctypes.byref(count), output) != 1:
        raise ValueError("this is not brotli")
    return output.raw[:count.value]


def unpack(body, coding, length):
    """The page that a body of this Content-Encoding holds, which should be so long."""
    if coding == "gzip":
        return zlib.decompress(body, 31)
    if coding == "br":
        return brotli_unpack(body, length)
    if coding == "zstd":
        return zstd_unpack(body, length)
    return body
