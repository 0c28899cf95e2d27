"""What RFC 6455 demands of an endpoint, as frames on the wire; the groups are those of the Autobahn test suite.

A proxy shall change nothing: each case runs against the origin itself, too, and the same must come back.
"""

import base64
import concurrent.futures
import dataclasses
import os
import socket
import struct
import time

from websockets.frames import Opcode

CONT, TEXT, BINARY = Opcode.CONT, Opcode.TEXT, Opcode.BINARY
CLOSE, PING, PONG = Opcode.CLOSE, Opcode.PING, Opcode.PONG
SECONDS = 5


@dataclasses.dataclass
class Case:
    id: str
    words: str
    pieces: list  # bytes each, sent one after the other; a number is a pause in seconds


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length=None):
    """A frame as it is on the wire, right or wrong."""
    count, mask = len(payload) if length is None else length, b"\x11\x22\x33\x44"
    head = bytes([fin << 7 | rsv << 4 | opcode])
    bit = masked << 7
    head += (bytes([bit | count]) if count < 126 else
             bytes([bit | 126]) + struct.pack(">H", count) if count < 65536 else
             bytes([bit | 127]) + struct.pack(">Q", count))
    if not masked:
        return head + payload
    repeated = mask * (len(payload) // 4 + 1)
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:len(payload)], "big")).to_bytes(
        len(payload), "big")


def close(code=1000, reason=b""):
    return frame(CLOSE, struct.pack(">H", code) + reason if code else b"")


CASES = []


def case(id, words, *pieces):
    CASES.append(Case(id, words, [*pieces, close()]))


def raw(id, words, *pieces):
    """The same without a close at the end."""
    CASES.append(Case(id, words, list(pieces)))


for number, size in enumerate((0, 1, 125, 126, 127, 128, 65535, 65536, 200_000), 1):
    case(f"1.1/{number}", f"a text of {size} bytes", frame(TEXT, b"*" * size))
    case(f"1.2/{number}", f"{size} bytes", frame(BINARY, b"\xfe" * size))
case("1.1/10", "a text in pieces of 997 bytes on the wire",
     *[frame(TEXT, b"*" * 60000)[start:start + 997] for start in range(0, 60014, 997)])
for number, payload in enumerate((b"", b"Hello", bytes(range(125)), b"\xfe" * 125), 1):
    case(f"2/{number}", f"ping with {len(payload)} bytes", frame(PING, payload))
raw("2/5", "ping with 126 bytes", frame(PING, bytes(126)))
case("2/6", "ping, a byte at a time", *[bytes([byte]) for byte in frame(PING, b"slow")])
case("2/7", "a pong that nobody asked for", frame(PONG, b"unasked"))
case("2/8", "that, then ping", frame(PONG, b"unasked"), frame(PING, b"ping"))
case("2/9", "ten pings", *[frame(PING, b"ping %d" % number) for number in range(10)])
for number in range(1, 8):
    raw(f"3/{number}", f"reserved bits {number:03b}", frame(TEXT, b"ab"), frame(TEXT, b"cd", rsv=number))
for number, opcode in enumerate((3, 4, 5, 6, 7, 11, 12, 13, 14, 15), 1):
    raw(f"4/{number}", f"opcode {opcode}", frame(TEXT, b"ab"), frame(opcode, b"cd"))
raw("5/1", "ping in two fragments", frame(PING, b"a", fin=False), frame(CONT, b"b"))
raw("5/2", "pong in two fragments", frame(PONG, b"a", fin=False), frame(CONT, b"b"))
case("5/3", "a text in two fragments", frame(TEXT, b"ab", fin=False), frame(CONT, b"cd"))
case("5/4", "two fragments, a pause between", frame(TEXT, b"ab", fin=False), 0.2, frame(CONT, b"cd"))
case("5/5", "a byte at a time", *[bytes([byte]) for byte in frame(TEXT, b"ab", fin=False) + frame(CONT, b"cd")])
case("5/6", "ping between two fragments", frame(TEXT, b"ab", fin=False), frame(PING, b"ping"), frame(CONT, b"cd"))
case("5/7", "the same with pauses", frame(TEXT, b"ab", fin=False), 0.1, frame(PING, b"ping"), 0.1, frame(CONT, b"cd"))
raw("5/8", "a continuation of nothing", frame(CONT, b"ab"), frame(TEXT, b"cd"))
raw("5/9", "one without FIN", frame(CONT, b"ab", fin=False), frame(TEXT, b"cd"))
raw("5/10", "a message within another", frame(TEXT, b"ab", fin=False), frame(TEXT, b"cd"))
case("5/11", "five fragments and two pings", frame(TEXT, b"1", fin=False), frame(CONT, b"2", fin=False),
     frame(PING, b"p1"), frame(CONT, b"3", fin=False), frame(CONT, b"4", fin=False), frame(PING, b"p2"),
     frame(CONT, b"5"))
case("5/12", "fragments of nothing", frame(TEXT, b"", fin=False), frame(CONT, b"", fin=False), frame(CONT, b""))
GOOD = "κόσμε ünïcode ✓ 🂡".encode()
case("6.1/1", "UTF-8", frame(TEXT, GOOD))
case("6.1/2", "UTF-8, cut within a character", frame(TEXT, GOOD[:3], fin=False), frame(CONT, GOOD[3:]))
case("6.1/3", "UTF-8, a byte a fragment", *[frame(CONT if at else TEXT, GOOD[at:at + 1], fin=at == len(GOOD) - 1)
                                            for at in range(len(GOOD))])
for number, bad in enumerate((b"\xff", b"\xce", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
                              b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfe", b"ab\x80cd", b"\xf0\x9f\x82"), 1):
    raw(f"6.3/{number}", f"no UTF-8: {bad.hex()}", frame(TEXT, bad))
for number, good in enumerate(("\U0010ffff", "\ufffe", "\uffff", "\U0001fffe", "\0", "\x7f", "\ufdd0", "\ue000"), 1):
    case(f"6.4/{number}", f"UTF-8 at its edges: {good.encode().hex()}", frame(TEXT, good.encode()))
case("7.1/1", "a text, then close", frame(TEXT, b"ab"))
raw("7.1/2", "close twice", close(), close())
raw("7.1/3", "ping after close", close(), frame(PING, b"late"))
raw("7.1/4", "a text after close", close(), frame(TEXT, b"late"))
raw("7.1/5", "close within a message", frame(TEXT, b"ab", fin=False), close())
raw("7.3/1", "close without a code", close(0))
raw("7.3/2", "close with one byte", frame(CLOSE, b"a"))
raw("7.3/3", "close with a reason", close(1000, b"bye"))
raw("7.3/4", "close with the longest reason", close(1000, b"*" * 123))
raw("7.3/5", "close with a longer one", close(1000, b"*" * 124))
raw("7.5/1", "a reason that is no UTF-8", close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"))
for number, code in enumerate((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999), 1):
    raw(f"7.7/{number}", f"close with {code}", close(code))
for number, code in enumerate((1, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999), 1):
    raw(f"7.9/{number}", f"close with {code}, which nobody may", close(code))
case("9.1", "a text of 4 MB", frame(TEXT, b"*" * (4 << 20)))
case("9.2", "16 MB", frame(BINARY, b"\xfe" * (16 << 20)))
case("9.3", "1 MB in fragments of 64 bytes",
     *[frame(CONT if at else BINARY, bytes(64), fin=at == (1 << 20) - 64) for at in range(0, 1 << 20, 64)])
case("9.4", "1 MB in fragments of 64 kB",
     *[frame(CONT if at else TEXT, b"*" * 65536, fin=at == (1 << 20) - 65536) for at in range(0, 1 << 20, 65536)])
case("9.5", "1,000 texts of 100 bytes", *[frame(TEXT, b"%03d" % number + b"*" * 97) for number in range(1000)])
raw("10/1", "a frame without a mask", frame(TEXT, b"ab", masked=False))
raw("10/2", "a length above 2^63", bytes([0x81, 0xff]) + b"\xff" * 8 + bytes(4))
raw("10/3", "half of a frame, then nothing", frame(TEXT, b"abcd")[:7], None)


def exchange(port, case):
    """All that came back: frames as (opcode, payload), then how it ended."""
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.sendall((f"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        received = b""
        while b"\r\n\r\n" not in received:
            piece = one.recv(65536)
            if not piece:
                return ["closed before 101"]
            received += piece
        head, _, received = received.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0] + b" ":
            return [head.split(b"\r\n")[0].decode()]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            reading = pool.submit(read_all, one, received)
            try:
                for piece in join(case.pieces):
                    if piece is None:
                        one.shutdown(socket.SHUT_WR)
                    elif isinstance(piece, float):
                        time.sleep(piece)
                    else:
                        one.sendall(piece)
            except OSError:
                pass  # the server closed: what it said is still read
            return reading.result()


def join(pieces):
    """Pieces of more than a hundred go together, a thousand system calls prove nothing more."""
    if len(pieces) <= 100:
        return pieces
    return [b"".join(pieces)]


def read_all(one, received):
    ends = time.monotonic() + SECONDS
    data, end = bytearray(received), "closed"
    while True:
        one.settimeout(max(0.01, ends - time.monotonic()))
        try:
            piece = one.recv(1 << 20)
        except TimeoutError:
            end = "stays open"
            break
        except OSError:
            break
        if not piece:
            break
        data += piece
        ends = time.monotonic() + SECONDS
    return frames(bytes(data)) + [end]


def frames(data):
    found = []
    while len(data) >= 2:
        size, at = data[1] & 127, 2
        if size > 125:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(data[2:2 + width], "big"), 2 + width
        if len(data) < at + size:
            break
        payload = data[at:at + size]
        # The words behind a code are the library's; a message that is long is told by its length and ends.
        found.append((data[0] & 15, payload[:2] if data[0] & 15 == CLOSE else
                      payload if size < 300 else (size, payload[:8], payload[-8:])))
        data = data[at + size:]
    return found


def measure(target, origin):
    """A row for each case: the same came back as from the origin itself, whose answers are `origin`."""
    through = answers(target.http1)
    rows = []
    for case, got, direct in zip(CASES, through, origin):
        fault = None if got == direct else f"{short(got)} instead of {short(direct)}"
        rows.append({"id": f"ws {case.id}", "words": case.words, "fault": fault})
    return rows


def attempt(port, case):
    try:
        return exchange(port, case)
    except OSError as error:
        return [f"{type(error).__name__}: {error}"]


def short(got):
    text = "; ".join(str(one) for one in got[-3:])
    return text[:150]


def answers(port):
    """What came back in each case."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda case: attempt(port, case), CASES))
