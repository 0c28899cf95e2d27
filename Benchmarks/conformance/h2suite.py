"""Runs the cases of HTTP/2 against a server, each on a connection of its own."""

import concurrent.futures
import dataclasses
import typing

import h2wire
from h2wire import ERRORS, PING, Connection, Gone, Late, error_name, frame

ALIVE = b"stillup?"


@dataclasses.dataclass
class Case:
    """What is sent, a function of the connection or bytes each, and what must follow."""

    id: str
    words: str
    steps: typing.Sequence
    expect: typing.Callable
    settings: tuple = ()
    opens: bool = True


class Wrong(Exception):
    """The server did something else."""


class NotApplicable(Exception):
    """What this server allows cannot be exceeded."""


def codes(names):
    return {ERRORS.index(name) for name in names.split()}


def connection_error(names):
    """GOAWAY with one of these codes; a connection that is closed counts as well: not every client hears more."""
    def expect(one):
        try:
            one.until(lambda: one.goaway not in (None, 0))
        except Gone:
            return
        except Late as late:
            raise Wrong(f"no connection error {names}; last: {late}") from None
        if one.goaway not in codes(names):
            raise Wrong(f"GOAWAY {error_name(one.goaway)}, not {names}")
        try:
            one.until(lambda: False)
        except Gone:
            return
        except Late:
            raise Wrong("GOAWAY, but the connection stays open") from None
    return expect


def stream_error(names, stream=1, answers=False):
    """RST_STREAM or a connection error with one of these codes; with `answers`, an answer 4xx or 501 does as well."""
    def expect(one):
        had_ended = stream in one.ended

        def answered():
            return answers and stream in one.ended and (400 <= one.status(stream) < 500 or one.status(stream) == 501)
        try:
            one.until(lambda: stream in one.resets or one.goaway not in (None, 0) or answered()
                      or one.status(stream) == 200 and stream in one.ended and not had_ended)
        except Gone:
            return
        except Late as late:
            raise Wrong(f"no stream error {names}; last: {late}") from None
        if answered():
            return
        code = one.goaway or one.resets.get(stream)
        if code is None:
            raise Wrong(f"answered {one.status(stream)} instead of a stream error {names}")
        if code not in codes(names):
            raise Wrong(f"{error_name(code)}, not {names}")
    return expect


def malformed(stream=1):
    """RFC 9113, 8.1.1: a stream error PROTOCOL_ERROR; an answer such as 400 may stand before it, or for it.

    COMPRESSION_ERROR is what decoders say that look at names and values themselves.
    """
    return stream_error("PROTOCOL_ERROR COMPRESSION_ERROR", stream, answers=True)


def closed(one):
    try:
        one.until(lambda: False)
    except Gone:
        return
    except Late as late:
        raise Wrong(f"the connection stays open; last: {late}") from None


def alive(one):
    """What was sent changed nothing: a PING is answered, and no stream nor the connection met an error."""
    one.send(frame(PING, 0, 0, ALIVE))
    wait(one, lambda: any(isinstance(got, h2wire.PingFrame) and "ACK" in got.flags and bytes(got.opaque_data) == ALIVE
                          for got in one.frames), "no answer to PING")
    if one.resets:
        raise Wrong("RST_STREAM " + error_name(next(iter(one.resets.values()))))


def wait(one, holds, words):
    try:
        one.until(lambda: holds() or one.goaway not in (None, 0))
    except (Gone, Late) as reason:
        raise Wrong(f"{words}: {type(reason).__name__.lower()}; last: {reason}") from None
    if one.goaway not in (None, 0):
        raise Wrong(f"{words}: GOAWAY {error_name(one.goaway)}")


def answered(stream=1, status=200, body=None, check=None):
    """The stream's answer is complete; its body is `body`, and `check` of the connection is true, where given."""
    def expect(one):
        wait(one, lambda: stream in one.ended or stream in one.resets, f"stream {stream} got no answer")
        if stream not in one.ended:
            raise Wrong(f"RST_STREAM {error_name(one.resets[stream])} instead of an answer")
        if one.status(stream) != status:
            raise Wrong(f"answered {one.status(stream)}, not {status}")
        if body is not None and one.bodies.get(stream, b"") != body:
            raise Wrong(f"{len(one.bodies.get(stream, b''))} bytes of a body that aren't those expected")
        if check and not check(one):
            raise Wrong("the answer isn't as it must be")
    return expect


def one_of(stream, *statuses):
    """An answer with one of these statuses, or any error of the stream."""
    def expect(one):
        wait(one, lambda: stream in one.ended or stream in one.resets, f"stream {stream} got no answer")
        if stream not in one.resets and one.status(stream) not in statuses:
            raise Wrong(f"answered {one.status(stream)}, not {statuses}")
    return expect


def run_case(case, port, tls, seconds=5):
    """None where the server did what is asked, else what it did."""
    try:
        one = Connection(port, tls, seconds)
    except OSError as error:
        return f"no connection: {error}"
    try:
        if case.opens:
            one.open(*case.settings)
        for step in case.steps:
            data = step(one) if callable(step) else step
            if data:
                one.send(data)
        case.expect(one)
        return None
    except NotApplicable:
        return "not applicable"
    except Wrong as wrong:
        return str(wrong)
    except (Gone, Late) as reason:
        return f"{type(reason).__name__.lower()} before the end; last: {reason}"
    except Exception as error:  # frames or fields that the third-party readers refuse
        return f"unreadable: {type(error).__name__} {error}"
    finally:
        one.close()


def run(cases, target, tls=False):
    """A row for each case: id, words, and `fault`, None where it passed."""
    port = target.https if tls else target.http2
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        faults = pool.map(lambda case: run_case(case, port, tls), cases)
        return [{"id": case.id, "words": case.words, "fault": fault} for case, fault in zip(cases, faults)]


def after(seconds):
    """A step that waits for what must not come, or for what comes without a frame."""
    def step(one):
        try:
            one.until(lambda: False, seconds)
        except Late:
            pass
    return step


