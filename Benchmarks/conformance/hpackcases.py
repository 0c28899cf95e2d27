"""What RFC 7541 demands of a decoder, in field blocks that are written byte by byte."""

from h2cases import Case, answered, connection_error, get
from h2wire import END_HEADERS, END_STREAM, HEADERS, block, frame
from origin import SMALL

CASES = []
ADD = b"\x40\x01a\x01b"  # a literal that goes into the dynamic table: a: b
FIRST = b"\xbe"  # what went there last
COMPRESSION = connection_error("COMPRESSION_ERROR")


def fields(more=b"", before=b"", stream=1):
    """A request for its own head, with bytes of a field block before and behind its fields."""
    return lambda one: frame(HEADERS, END_HEADERS | END_STREAM, stream,
                             before + block(*one.request(path="/head")) + more)


def case(id, words, steps, expect, settings=()):
    CASES.append(Case(id, words, steps, expect, settings))


def arrived(line, stream=1):
    return answered(stream, check=lambda one: b"\n" + line + b"\n" in one.bodies[stream])


# 2.3 Tables
case("hpack 2.3.1/1", "a field of the static table", [fields(b"\x90")], answered())
case("hpack 2.3.2/1", "a field of the dynamic table", [fields(ADD), fields(FIRST, stream=3)], arrived(b"a: b", 3))
case("hpack 2.3.2/2", "the newest field has the lowest index",
     [fields(ADD + b"\x40\x01c\x01d"), fields(b"\xbf", stream=3)], arrived(b"a: b", 3))
case("hpack 2.3.3/1", "an index beyond both tables", [fields(b"\xc6")], COMPRESSION)
case("hpack 2.3.3/2", "a name with an index beyond both tables", [fields(b"\x7f\x40\x01b")], COMPRESSION)
case("hpack 2.3.3/3", "an index of the dynamic table while it is empty", [fields(FIRST)], COMPRESSION)

# 4 Size of the dynamic table
case("hpack 4.2/1", "a new size behind a field", [fields(b"\x20")], COMPRESSION)
case("hpack 4.2/2", "a new size before the fields", [fields(before=b"\x20")], answered())
case("hpack 4.2/3", "two new sizes before the fields", [fields(before=b"\x20\x3f\xe1\x1f")], answered())
case("hpack 4.3/1", "size 0 empties the table", [fields(ADD), fields(FIRST, b"\x20\x3f\xe1\x1f", 3)], COMPRESSION)
case("hpack 4.4/1", "the oldest fields leave a table that is full",
     [fields(ADD), fields(b"\x40\x01c\x7f\x81\x1f" + b"x" * 4096, stream=3), fields(FIRST, stream=5)], COMPRESSION)
case("hpack 4.4/2", "fields stay while they fit",
     [fields(ADD), fields(b"\x40\x01c\x01d", stream=3),
      fields(b"\xbf", stream=5)], arrived(b"a: b", 5))

# 5.1 Integers
case("hpack 5.1/1", "an integer without an end", [fields(b"\xff" + b"\xff" * 20)], COMPRESSION)
case("hpack 5.1/2", "an integer that is cut off", [fields(b"\xff\x80")], COMPRESSION)
case("hpack 5.1/3", "an integer above 2^64", [fields(b"\xff" + b"\xff" * 10 + b"\x01")], COMPRESSION)
case("hpack 5.1/4", "a length above 2^31", [fields(b"\x40\x7f\xff\xff\xff\xff\x0f")], COMPRESSION)

# 5.2 Strings
case("hpack 5.2/1", "a Huffman string with 8 bits of padding", [fields(b"\x40\x01a\x82\x1f\xff")], COMPRESSION)
case("hpack 5.2/2", "a Huffman string padded with zeros", [fields(b"\x40\x01a\x81\x18")], COMPRESSION)
case("hpack 5.2/3", "a Huffman string with the end symbol", [fields(b"\x40\x01a\x84\xff\xff\xff\xff")], COMPRESSION)
case("hpack 5.2/4", "a string longer than its block", [fields(b"\x40\x01a\x0ab")], COMPRESSION)
case("hpack 5.2/5", "a string in Huffman's code", [fields(b"\x40\x01a\x82\x1c\x7f")], arrived(b"a: ab"))

# 6 Kinds of fields
case("hpack 6.1/1", "index 0", [fields(b"\x80")], COMPRESSION)
case("hpack 6.2.1/1", "a literal with an indexed name, kept", [fields(b"\x5a\x01b"), fields(FIRST, stream=3)],
     answered(3))
case("hpack 6.2.1/2", "a literal with a new name, kept", [fields(ADD)], arrived(b"a: b"))
case("hpack 6.2.2/1", "a literal that is not kept", [fields(b"\x00\x01a\x01b")], arrived(b"a: b"))
case("hpack 6.2.2/2", "it isn't", [fields(b"\x00\x01a\x01b"), fields(FIRST, stream=3)], COMPRESSION)
case("hpack 6.2.2/3", "a literal with an indexed name, not kept", [fields(b"\x0f\x2b\x01b")], arrived(b"user-agent: b"))
case("hpack 6.2.3/1", "a literal never to be kept", [fields(b"\x10\x01a\x01b")], arrived(b"a: b"))
case("hpack 6.2.3/2", "it isn't", [fields(b"\x10\x01a\x01b"), fields(FIRST, stream=3)], COMPRESSION)
case("hpack 6.3/1", "a table larger than allowed", [fields(before=b"\x3f\xe2\x1f")], COMPRESSION)
case("hpack 6.3/2", "a table of 100 bytes", [fields(before=b"\x3f\x45"), get(3)], answered(3, body=SMALL))
