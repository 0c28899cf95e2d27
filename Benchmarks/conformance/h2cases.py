"""What RFC 9113 demands of a server, section by section: what is sent, and what must follow.

Written from the RFC. A connection error may be told by closing alone, a stream error may be one of the connection, and
a malformed request may be answered with 4xx: what RFC 9113 allows to a server, no client may count on.
"""

import struct

from h2suite import (Case, NotApplicable, after, alive, answered, closed, connection_error, malformed, one_of,
                     stream_error, wait)
from h2wire import (ACK, CONTINUATION, DATA, ENABLE_PUSH, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW,
                    MAX_FRAME, MAX_STREAMS, PADDED, PING, PREFACE, PRIORITIZED, PRIORITY, PUSH_PROMISE, RST_STREAM,
                    SETTINGS, WINDOW_UPDATE, Late, PingFrame, SettingsFrame, block, frame, settings, window_update)
from origin import PAGE, SMALL

PROTOCOL, CLOSED, SIZE, FLOW = "PROTOCOL_ERROR", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "FLOW_CONTROL_ERROR"
CASES = []


def case(id, words, steps, expect, settings=(), opens=True):
    CASES.append(Case(id, words, steps, expect, settings, opens))


def get(*arguments, **named):
    return lambda one: one.get(*arguments, **named)


def post(*arguments, **named):
    return lambda one: one.post(*arguments, **named)


def data(payload=b"", flags=0, stream=1):
    return frame(DATA, flags, stream, payload)


def ping(flags=0, stream=0, payload=b"pingpong"):
    return frame(PING, flags, stream, payload)


def priority(stream, payload=b"\0\0\0\0\x10"):
    return frame(PRIORITY, 0, stream, payload)


def reset(stream, payload=b"\0\0\0\x08"):
    return frame(RST_STREAM, 0, stream, payload)


def split(one, *sizes, stream=1, flags=END_STREAM):
    """A request whose field block goes over HEADERS and CONTINUATION, cut after these numbers of bytes."""
    rest, kind, frames = block(*one.request()), HEADERS, b""
    for size in sizes:
        frames += frame(kind, flags, stream, rest[:size])
        rest, kind, flags = rest[size:], CONTINUATION, 0
    return frames + frame(kind, flags | END_HEADERS, stream, rest)


def unfinished(one, stream=1):
    """A field block whose end is still to come."""
    return frame(HEADERS, END_STREAM, stream, block(*one.request()))


def ended(stream=1):
    """A step that waits for the whole answer."""
    def step(one):
        wait(one, lambda: stream in one.ended, f"stream {stream} got no answer")
    return step


def headed(stream=1):
    """A step that waits for the answer's head; a server may keep it back while no byte of the body can follow."""
    def step(one):
        try:
            one.until(lambda: stream in one.fields, 1)
        except Late:
            pass
    return step


def beyond_frame_size(kind, flags, stream):
    """A frame that is a byte longer than the server allows."""
    def step(one):
        allowed = one.settings.get(MAX_FRAME, 16384)
        if allowed >= (1 << 24) - 1:
            raise NotApplicable
        return frame(kind, flags, stream, bytes(allowed + 1))
    return step


def longest(one):
    """Bytes of the longest frame that came on a stream."""
    return max(len(got.data) for got in one.frames if got.stream_id and hasattr(got, "data"))


def both(*expectations):
    def expect(one):
        for each in expectations:
            each(one)
    return expect


WIDE = ((INITIAL_WINDOW, 1 << 20),)  # with window_update(0, …): a whole page may come
HELD = ((INITIAL_WINDOW, 0),)  # no byte of a body may come: the stream stays half-closed

# 3.4 The preface
case("3.4/1", "the server's first frame is SETTINGS", [PREFACE + settings()], both(alive, lambda one: wait(
    one, lambda: isinstance(one.frames[0], SettingsFrame) and "ACK" not in one.frames[0].flags, "another is first")),
    opens=False)
case("3.4/2", "a preface that isn't one", [b"INVALID CONNECTION PREFACE\r\n\r\n"], closed, opens=False)
case("3.4/3", "a preface whose second part is wrong", [b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"], closed, opens=False)
case("3.4/4", "PING before SETTINGS", [PREFACE + ping()], connection_error(PROTOCOL), opens=False)
case("3.4/5", "HEADERS before SETTINGS", [lambda one: PREFACE + one.get()], connection_error(PROTOCOL), opens=False)
case("3.4/6", "a request right behind the preface", [lambda one: PREFACE + settings() + one.get()],
     answered(body=SMALL), opens=False)

# 4.1 Frame format
case("4.1/1", "a frame of an unknown type is ignored", [frame(0x16, 0, 0, b"unknown!")], alive)
case("4.1/2", "the same on a stream that is open", [post(), frame(0x16, 0, 1, b"unknown!"), data(b"ab", END_STREAM)],
     answered(body=b"ab"))
case("4.1/3", "flags without a meaning are ignored", [ping(0x16)], alive)
case("4.1/4", "the reserved bit is ignored", [ping(stream=1 << 31)], alive)
case("4.1/5", "the reserved bit of a stream's number is ignored",
     [lambda one: frame(HEADERS, END_STREAM | END_HEADERS, (1 << 31) + 1, block(*one.request()))], answered(body=SMALL))

# 4.2 Frame size
case("4.2/1", "DATA of 2^14 bytes", [post(), data(PAGE[:16384], END_STREAM)], answered(body=PAGE[:16384]))
case("4.2/2", "DATA larger than allowed", [post(), beyond_frame_size(DATA, END_STREAM, 1)], stream_error(SIZE))
case("4.2/3", "HEADERS larger than allowed", [beyond_frame_size(HEADERS, END_HEADERS | END_STREAM, 1)],
     connection_error(SIZE))
case("4.2/4", "SETTINGS larger than allowed", [beyond_frame_size(SETTINGS, 0, 0)], connection_error(SIZE))
case("4.2/5", "an unknown frame larger than allowed", [beyond_frame_size(0x16, 0, 0)], connection_error(SIZE))

# 4.3 Field sections
case("4.3/1", "a field block that can't be decoded",
     [frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff")], connection_error("COMPRESSION_ERROR"))
case("4.3/2", "PRIORITY within a field block", [lambda one: unfinished(one) + priority(1)], connection_error(PROTOCOL))
case("4.3/3", "HEADERS of another stream within a field block", [unfinished, get(3)], connection_error(PROTOCOL))
case("4.3/4", "PING within a field block", [unfinished, ping()], connection_error(PROTOCOL))
case("4.3/5", "DATA within a field block", [unfinished, data(b"ab")], connection_error(PROTOCOL))
case("4.3/6", "SETTINGS within a field block", [unfinished, settings()], connection_error(PROTOCOL))
case("4.3/7", "a field block that is refused still counts for the state of the decoder",
     [lambda one: frame(HEADERS, END_HEADERS | END_STREAM, 1, block(*one.request(("Upper", "x")))
                        + b"\x40\x01a\x01b"),
      lambda one: frame(HEADERS, END_HEADERS | END_STREAM, 3, block(*one.request(path="/head")) + b"\xbe")],
     answered(3, check=lambda one: b"\na: b\n" in one.bodies[3]))

# 5.1 Stream states
case("5.1/1", "DATA on an idle stream", [data(b"ab", END_STREAM)], connection_error(PROTOCOL))
case("5.1/2", "RST_STREAM on an idle stream", [reset(1)], connection_error(PROTOCOL))
case("5.1/3", "WINDOW_UPDATE on an idle stream", [window_update(1, 100)], connection_error(PROTOCOL))
case("5.1/4", "CONTINUATION on an idle stream", [lambda one: frame(CONTINUATION, END_HEADERS, 1, block(*one.request()))],
     connection_error(PROTOCOL))
case("5.1/5", "PRIORITY on an idle stream", [priority(1), get(3)], answered(3, body=SMALL))
case("5.1/6", "DATA on a half-closed stream", [get(), headed(), data(b"ab", END_STREAM)], stream_error(CLOSED), HELD)
case("5.1/7", "HEADERS on a half-closed stream", [get(), headed(), get()], stream_error(f"{CLOSED} {PROTOCOL}"), HELD)
case("5.1/8", "CONTINUATION on a half-closed stream",
     [get(), headed(), lambda one: frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))],
     connection_error(f"{CLOSED} {PROTOCOL}"), HELD)
case("5.1/9", "WINDOW_UPDATE on a half-closed stream", [get(), headed(), window_update(1, 1000)], answered(body=SMALL),
     HELD)
case("5.1/10", "PRIORITY on a half-closed stream", [get(), headed(), priority(1), window_update(1, 1000)],
     answered(body=SMALL), HELD)
case("5.1/11", "RST_STREAM on a half-closed stream", [get(), headed(), reset(1), get(3), window_update(3, 1000)],
     both(answered(3, body=SMALL), alive), HELD)
case("5.1/12", "DATA on a stream that was reset", [post(), reset(1), data(b"ab", END_STREAM)],
     stream_error(CLOSED))
case("5.1/13", "HEADERS on a stream that was reset", [post(), reset(1), post()],
     stream_error(f"{CLOSED} {PROTOCOL}"))
case("5.1/14", "CONTINUATION on a stream that was reset",
     [post(), reset(1), frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))],
     connection_error(f"{CLOSED} {PROTOCOL}"))
case("5.1/15", "DATA on a stream that has ended", [get(), ended(), data(b"ab", END_STREAM)], stream_error(CLOSED))
case("5.1/16", "HEADERS on a stream that has ended", [get(), ended(), get()], connection_error(f"{CLOSED} {PROTOCOL}"))
case("5.1/17", "CONTINUATION on a stream that has ended",
     [get(), ended(), frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))], connection_error(f"{CLOSED} {PROTOCOL}"))
case("5.1/18", "WINDOW_UPDATE on a stream that has ended", [get(), ended(), window_update(1, 100)], alive)
case("5.1/19", "PRIORITY on a stream that has ended", [get(), ended(), priority(1)], alive)
case("5.1/20", "RST_STREAM on a stream that has ended", [get(), ended(), reset(1)], alive)

# 5.1.1, 5.1.2 Numbers of streams, and how many
case("5.1.1/1", "a stream with an even number", [get(2)], connection_error(PROTOCOL))
case("5.1.1/2", "a stream with a lower number than one before", [get(5), get(3)],
     connection_error(f"{PROTOCOL} {CLOSED}"))
case("5.1.1/3", "numbers may be left out", [get(7)], answered(7, body=SMALL))


def too_many(one):
    allowed = one.settings.get(MAX_STREAMS)
    if not allowed:
        raise NotApplicable
    return b"".join(one.get(1 + 2 * number) for number in range(allowed + 1))


def one_refused(one):
    """Any of them: which streams are under way, only the server knows."""
    wanted = {1, 7}
    try:
        one.until(lambda: one.resets or one.goaway not in (None, 0))
    except Exception as reason:
        wait(one, lambda: False, f"no stream was refused ({type(reason).__name__})")
    if not wanted & {one.goaway, *one.resets.values()}:
        wait(one, lambda: False, "another error than REFUSED_STREAM or PROTOCOL_ERROR")


case("5.1.2/1", "one stream more than allowed", [too_many], one_refused, HELD)

# 5.4, 5.5 Errors and extensions
case("5.4.1/1", "a connection error is told by GOAWAY, and closes", [ping(payload=b"short")], connection_error(SIZE))
case("5.4.2/1", "a stream error leaves other streams alone", [get(1, ("Upper", "x")), get(3)], answered(3, body=SMALL))
case("5.5/1", "an unknown frame within a field block", [unfinished, frame(0x16, 0, 1, b"ab")],
     connection_error(PROTOCOL))
case("5.5/2", "an unknown setting is ignored", [settings((0x99, 7))], alive)

# 6.1 DATA
case("6.1/1", "DATA on stream 0", [post(), data(b"ab", stream=0)], connection_error(PROTOCOL))
case("6.1/2", "padding as long as the frame", [post(), data(b"\x06abcde", PADDED | END_STREAM)],
     connection_error(PROTOCOL))
case("6.1/3", "padding is no part of the body", [post(), data(b"\x03ab\0\0\0", PADDED | END_STREAM)],
     answered(body=b"ab"))
case("6.1/4", "padding and nothing else", [post(), data(b"\x03\0\0\0", PADDED), data(b"ab", END_STREAM)],
     answered(body=b"ab"))
case("6.1/5", "DATA without a byte", [post(), data(), data(b"ab"), data(b"", END_STREAM)], answered(body=b"ab"))
case("6.1/6", "DATA with PADDED and no byte for its length", [post(), data(b"", PADDED)],
     connection_error(f"{PROTOCOL} {SIZE}"))

# 6.2 HEADERS
case("6.2/1", "HEADERS on stream 0", [get(0)], connection_error(PROTOCOL))
case("6.2/2", "padding longer than the frame",
     [lambda one: frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\xff" + block(*one.request()))],
     connection_error(PROTOCOL))
case("6.2/3", "padding is no field",
     [lambda one: frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\x05" + block(*one.request()) + bytes(5))],
     answered(body=SMALL))
case("6.2/4", "with a priority",
     [lambda one: frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED, 1, b"\0\0\0\0\x10" + block(*one.request()))],
     answered(body=SMALL))
case("6.2/5", "with a priority and padding",
     [lambda one: frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED | PADDED, 1,
                        b"\x02\0\0\0\0\x10" + block(*one.request()) + bytes(2))], answered(body=SMALL))
case("6.2/6", "too short for its priority", [frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED, 1, b"\0\0")],
     connection_error(f"{SIZE} {PROTOCOL}"))

# 6.3 PRIORITY
case("6.3/1", "PRIORITY on stream 0", [priority(0)], connection_error(PROTOCOL))
case("6.3/2", "PRIORITY of 4 bytes", [post(), priority(1, b"\0\0\0\0")], stream_error(SIZE))
case("6.3/3", "PRIORITY of 6 bytes", [post(), priority(1, bytes(6))], stream_error(SIZE))

# 6.4 RST_STREAM
case("6.4/1", "RST_STREAM on stream 0", [reset(0)], connection_error(PROTOCOL))
case("6.4/2", "RST_STREAM of 3 bytes", [post(), reset(1, bytes(3))], connection_error(SIZE))
case("6.4/3", "RST_STREAM of 5 bytes", [post(), reset(1, bytes(5))], connection_error(SIZE))
case("6.4/4", "RST_STREAM with an unknown code", [post(), reset(1, b"\0\0\0\xff"), get(3)], answered(3, body=SMALL))

# 6.5 SETTINGS
case("6.5/1", "an acknowledgement with a payload", [frame(SETTINGS, ACK, 0, bytes(6))], connection_error(SIZE))
case("6.5/2", "SETTINGS on a stream", [frame(SETTINGS, 0, 1)], connection_error(PROTOCOL))
case("6.5/3", "SETTINGS of 3 bytes", [frame(SETTINGS, 0, 0, bytes(3))], connection_error(SIZE))
case("6.5/4", "SETTINGS of 7 bytes", [frame(SETTINGS, 0, 0, bytes(7))], connection_error(SIZE))
case("6.5.2/1", "ENABLE_PUSH = 2", [settings((ENABLE_PUSH, 2))], connection_error(PROTOCOL))
case("6.5.2/2", "INITIAL_WINDOW_SIZE = 2^31", [settings((INITIAL_WINDOW, 1 << 31))], connection_error(FLOW))
case("6.5.2/3", "MAX_FRAME_SIZE = 2^14 - 1", [settings((MAX_FRAME, (1 << 14) - 1))], connection_error(PROTOCOL))
case("6.5.2/4", "MAX_FRAME_SIZE = 2^24", [settings((MAX_FRAME, 1 << 24))], connection_error(PROTOCOL))
case("6.5.2/5", "the longest frame that the client allows", [window_update(0, 1 << 20), settings((MAX_FRAME, 1 << 15)),
     get(path="/page")], answered(body=PAGE, check=lambda one: longest(one) <= 1 << 15), WIDE)
case("6.5.2/6", "no frame of the server is longer than 2^14", [window_update(0, 1 << 20), get(path="/page")],
     answered(body=PAGE, check=lambda one: longest(one) <= 1 << 14), WIDE)
case("6.5.3/1", "a setting that comes twice: the last value holds",
     [settings((INITIAL_WINDOW, 100), (INITIAL_WINDOW, 1)), get(), headed(), after(0.5)],
     lambda one: wait(one, lambda: one.bodies.get(1) == SMALL[:1], "not one byte of the body"))
case("6.5.3/2", "each SETTINGS is acknowledged", [settings((MAX_STREAMS, 100)), settings()], lambda one: wait(
    one, lambda: sum("ACK" in got.flags for got in one.frames if isinstance(got, SettingsFrame)) == 3, "not 3 times"))

# 6.7 PING
case("6.7/1", "PING is answered with its payload", [ping(payload=b"8 bytes!")], lambda one: wait(
    one, lambda: any(isinstance(got, PingFrame) and bytes(got.opaque_data) == b"8 bytes!" for got in one.frames),
    "no answer"))
case("6.7/2", "an answer to PING is not answered", [ping(ACK, payload=b"answers!")], both(alive, lambda one: wait(
    one, lambda: not any(isinstance(got, PingFrame) and bytes(got.opaque_data) == b"answers!" for got in one.frames),
    "it was")))
case("6.7/3", "PING on a stream", [ping(stream=1)], connection_error(PROTOCOL))
case("6.7/4", "PING of 7 bytes", [ping(payload=bytes(7))], connection_error(SIZE))
case("6.7/5", "PING of 9 bytes", [ping(payload=bytes(9))], connection_error(SIZE))

# 6.8 GOAWAY
case("6.8/1", "GOAWAY on a stream", [frame(GOAWAY, 0, 1, bytes(8))], connection_error(PROTOCOL))
case("6.8/2", "GOAWAY of 7 bytes", [frame(GOAWAY, 0, 0, bytes(7))], connection_error(SIZE))
case("6.8/3", "what is under way at GOAWAY is still answered", [window_update(0, 1 << 20), get(path="/page"),
     frame(GOAWAY, 0, 0, bytes(8))], answered(body=PAGE), WIDE)

# 6.9 WINDOW_UPDATE
case("6.9/1", "an increment of 0 for the connection", [window_update(0, 0)], connection_error(PROTOCOL))
case("6.9/2", "an increment of 0 for a stream", [get(), headed(), window_update(1, 0)], stream_error(PROTOCOL), HELD)
case("6.9/3", "WINDOW_UPDATE of 3 bytes", [frame(WINDOW_UPDATE, 0, 0, bytes(3))], connection_error(SIZE))
case("6.9/4", "WINDOW_UPDATE of 5 bytes", [frame(WINDOW_UPDATE, 0, 0, bytes(5))], connection_error(SIZE))
case("6.9/5", "the reserved bit of an increment is ignored", [window_update(0, (1 << 31) + 1)], alive)
case("6.9.1/1", "no more than a stream's window", [get(), headed(), after(0.5)],
     lambda one: wait(one, lambda: one.bodies.get(1) == SMALL[:1], "not one byte of the body"), ((INITIAL_WINDOW, 1),))
case("6.9.1/2", "no more than the connection's window", [get(path="/page"), headed(), after(0.5)],
     lambda one: wait(one, lambda: len(one.bodies.get(1, b"")) == 65535, "not 65,535 bytes"),
     WIDE)
case("6.9.1/3", "a connection's window above 2^31 - 1", [window_update(0, (1 << 31) - 1), window_update(0, 1)],
     connection_error(FLOW))
case("6.9.1/4", "a stream's window above 2^31 - 1",
     [get(path="/big"), headed(), window_update(1, (1 << 31) - 1), window_update(1, (1 << 31) - 1)], stream_error(FLOW),
     HELD)
case("6.9.1/5", "a window is refilled as its bytes come in",
     [post(path="/digest"), *[data(bytes(16384))] * 3, data(b"", END_STREAM)], answered())
case("6.9.2/1", "a new first window counts for streams that are open", [get(), headed(), settings((INITIAL_WINDOW, 1)),
     after(0.5)], lambda one: wait(one, lambda: one.bodies.get(1) == SMALL[:1], "not one byte"), HELD)
case("6.9.2/2", "a window below 0 is filled first",
     [get(), headed(), after(0.3), settings((INITIAL_WINDOW, 1)), window_update(1, 3), after(0.5)],
     lambda one: wait(one, lambda: one.bodies.get(1) == SMALL[:4], "not 4 bytes"), ((INITIAL_WINDOW, 3),))
case("6.9.2/3", "a first window that lifts a stream's above 2^31 - 1",
     [get(path="/big"), headed(), window_update(1, (1 << 31) - 1), settings((INITIAL_WINDOW, (1 << 31) - 1))],
     connection_error(FLOW), HELD)

# 6.10 CONTINUATION
case("6.10/1", "a field block in two pieces", [lambda one: split(one, 5)], answered(body=SMALL))
case("6.10/2", "in five", [lambda one: split(one, 1, 1, 1, 1)], answered(body=SMALL))
case("6.10/3", "with an empty piece", [lambda one: split(one, 0, 0, 3)], answered(body=SMALL))
case("6.10/4", "CONTINUATION on stream 0", [unfinished, frame(CONTINUATION, END_HEADERS, 0)],
     connection_error(PROTOCOL))
case("6.10/5", "CONTINUATION of another stream", [unfinished, frame(CONTINUATION, END_HEADERS, 3)],
     connection_error(PROTOCOL))
case("6.10/6", "CONTINUATION after END_HEADERS", [post(), frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))],
     connection_error(PROTOCOL))
case("6.10/7", "CONTINUATION after a CONTINUATION with END_HEADERS",
     [lambda one: split(one, 5, flags=0), frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))],
     connection_error(PROTOCOL))
case("6.10/8", "CONTINUATION after DATA", [post(), data(b"ab"), frame(CONTINUATION, END_HEADERS, 1, block(("a", "b")))],
     connection_error(PROTOCOL))

# 8.1 Messages
case("8.1/1", "HEAD is answered without a body", [get(method="HEAD")], answered(body=b""))
case("8.1/2", "204 has no body", [get(path="/empty")], answered(status=204, body=b""))
case("8.1/3", "a body and its answer", [post(), data(b"a body", END_STREAM)], answered(body=b"a body"))
case("8.1/4", "trailers", [post(), data(b"ab"), lambda one: frame(
    HEADERS, END_HEADERS | END_STREAM, 1, block(("x-checksum", "1")))], answered(body=b"ab"))
case("8.1/5", "HEADERS without END_STREAM behind a body", [post(), data(b"ab"), frame(
    HEADERS, END_HEADERS, 1, block(("x-checksum", "1")))], malformed())
case("8.1/6", "many streams at once, each with its answer",
     [lambda one: b"".join(one.get(1 + 2 * number) for number in range(50))],
     both(*[answered(1 + 2 * number, body=SMALL) for number in range(50)]))
case("8.1/7", "the answer's fields: in lower case, :status first, none of a connection",
     [window_update(0, 1 << 20), get(path="/page")],
     answered(body=PAGE, check=lambda one: all(
         fields[0][0] == ":status" and not {"connection", "keep-alive", "transfer-encoding", "upgrade"} & dict(fields)
         .keys() and all(name == name.lower() for name, _ in fields) for fields in one.fields[1])), WIDE)
case("8.1/8", "OPTIONS for the whole server", [get(method="OPTIONS", path="*")],
     one_of(1, 200, 204, 400, 404, 405, 501))
case("8.1.1/1", "content-length above the body", [post(1, ("content-length", "10")), data(b"ab", END_STREAM)],
     malformed())
case("8.1.1/2", "content-length below the body", [post(1, ("content-length", "1")), data(b"ab", END_STREAM)],
     malformed())
case("8.1.1/3", "content-length above a body in two frames",
     [post(1, ("content-length", "10")), data(b"ab"), data(b"ab", END_STREAM)], malformed())
case("8.1.1/4", "content-length below a body in two frames",
     [post(1, ("content-length", "3")), data(b"ab"), data(b"ab", END_STREAM)], malformed())
case("8.1.1/5", "content-length without a body",
     [post(1, ("content-length", "10"), flags=END_STREAM | END_HEADERS)], malformed())
case("8.1.1/6", "content-length that is no number", [post(1, ("content-length", "abc")), data(b"abc", END_STREAM)],
     malformed())
case("8.1.1/7", "content-length with a sign", [post(1, ("content-length", "+2")), data(b"ab", END_STREAM)], malformed())
case("8.1.1/8", "two content-lengths that differ",
     [post(1, ("content-length", "2"), ("content-length", "3")), data(b"ab", END_STREAM)], malformed())
case("8.1.1/9", "content-length that is right", [post(1, ("content-length", "2")), data(b"ab", END_STREAM)],
     answered(body=b"ab"))
case("8.1.1/10", "content-length above the body, with trailers", [post(1, ("content-length", "10")), data(b"ab"), frame(
    HEADERS, END_HEADERS | END_STREAM, 1, block(("x-checksum", "1")))], malformed())

# 8.2 Fields
for number, (words, name, value) in enumerate([
        ("a name with a capital letter", "X-Upper", "1"), ("a name with a space", "x y", "1"),
        ("a name with a colon", "x:y", "1"), ("a name with a control character", "x\x01y", "1"),
        ("a name with CR", "x\ry", "1"), ("a name with LF", "x\ny", "1"), ("a name with NUL", "x\0y", "1"),
        ("a name with DEL", "x\x7fy", "1"), ("a name above ASCII", "x\xe9", "1"), ("no name", "", "1"),
        ("a value with NUL", "x-value", "a\0b"), ("a value with CR", "x-value", "a\rb"),
        ("a value with LF", "x-value", "a\nb"), ("a value with CR LF and a field", "x-value", "a\r\nhost: b"),
        ("a value that begins with a space", "x-value", " a"), ("a value that ends with a space", "x-value", "a "),
        ("a value that begins with a tab", "x-value", "\ta")], 1):
    case(f"8.2.1/{number}", words, [get(1, (name, value))], malformed())
case("8.2.1/18", "a value of nothing", [get(1, ("x-value", ""))], answered(body=SMALL))
case("8.2.1/19", "a name with a capital letter in trailers", [post(), data(b"ab"), frame(
    HEADERS, END_HEADERS | END_STREAM, 1, block(("X-Checksum", "1")))], malformed())
for number, (name, value) in enumerate([("connection", "keep-alive"), ("keep-alive", "timeout=5"),
                                        ("proxy-connection", "keep-alive"), ("transfer-encoding", "chunked"),
                                        ("upgrade", "h2c"), ("te", "trailers, deflate")], 1):
    case(f"8.2.2/{number}", f"{name}: {value}", [get(1, (name, value))], malformed())
case("8.2.2/7", "te: trailers", [get(1, ("te", "trailers"))], answered(body=SMALL))
case("8.2.3/1", "pieces of a cookie become one", [get(1, ("cookie", "a=1"), ("cookie", "b=2"), path="/head")],
     answered(check=lambda one: b"\ncookie: a=1; b=2\n" in one.bodies[1]))

# 8.3 Control data
case("8.3/1", "a pseudo-field nobody knows", [get(1, (":test", "1"))], malformed())
case("8.3/2", "a pseudo-field of answers", [get(1, (":status", "200"))], malformed())
case("8.3/3", "a pseudo-field behind others", [lambda one: frame(
    HEADERS, END_HEADERS | END_STREAM, 1, block(*one.request(("x-test", "1"), path=None), (":path", "/")))],
    malformed())
case("8.3/4", "a pseudo-field in trailers", [post(), data(b"ab"), frame(
    HEADERS, END_HEADERS | END_STREAM, 1, block((":method", "POST")))], malformed())
case("8.3.1/1", ":path of nothing", [get(path="")], malformed())
for number, name in enumerate(["method", "scheme", "path"], 2):
    case(f"8.3.1/{number}", f"no :{name}", [get(**{name: None})], malformed())
for number, name in enumerate(["method", "scheme", "path", "authority"], 5):
    case(f"8.3.1/{number}", f":{name} twice", [lambda one, name=name: frame(
        HEADERS, END_HEADERS | END_STREAM, 1, block(
            *[pair for pair in one.request() for _ in range(2 if pair[0] == f":{name}" else 1)]))], malformed())
case("8.3.1/9", "host that isn't :authority", [get(1, ("host", "other.test"))], malformed())
case("8.3.1/10", "host that is :authority", [lambda one: one.get(1, ("host", one.authority))], answered(body=SMALL))
case("8.3.1/11", "host, and no :authority", [lambda one: one.get(1, ("host", one.authority), authority=None)],
     answered(body=SMALL))
case("8.3.1/12", ":path that doesn't begin with /", [get(path="page")], malformed())
case("8.3.1/13", ":path with a space", [get(path="/a b")], malformed())
case("8.3.1/14", ":path with CR LF", [get(path="/ HTTP/1.1\r\nhost: other.test\r\n\r\n")], malformed())
case("8.3.1/15", ":authority with a user", [get(authority="user@localhost")], malformed())
case("8.3.1/16", ":method with a space", [get(method="GET /other")], malformed())
case("8.3.1/17", ":authority with CR LF", [get(authority="localhost\r\nx-test: 1")], malformed())

# 8.4, 8.5 Push and CONNECT
case("8.4/1", "PUSH_PROMISE of a client", [post(), lambda one: frame(
    PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + block(*one.request()))], connection_error(PROTOCOL))
case("8.5/1", "CONNECT with :path and :scheme", [get(method="CONNECT")], malformed())
case("8.5/2", "CONNECT without :authority", [get(method="CONNECT", scheme=None, path=None, authority=None)],
     malformed())
case("8.5/3", "CONNECT is no service of these proxies",
     [get(method="CONNECT", scheme=None, path=None, authority="example.org:443", flags=END_HEADERS)],
     one_of(1, 400, 403, 404, 405, 501))
