"""One connection of HTTP/2 that may say anything: frames as bytes, and what came back."""

import socket
import ssl
import struct
import time

import hpack
from hyperframe.frame import DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS, PADDED, PRIORITIZED = 4, 8, 32
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_STREAMS, INITIAL_WINDOW, MAX_FRAME, MAX_HEADERS = range(1, 7)
ERRORS = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
          "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
          "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"]


def frame(kind, flags, stream, payload=b""):
    """A frame as it is on the wire, right or wrong."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def block(*fields):
    """A field block that refers to nothing but the static table; each may stand before and after any other."""
    return hpack.Encoder().encode([hpack.NeverIndexedHeaderTuple(name, value) for name, value in fields])


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", key, value) for key, value in pairs))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def error_name(code):
    return ERRORS[code] if code < len(ERRORS) else f"error {code}"


class Gone(Exception):
    """The server closed the connection."""


class Late(Exception):
    """Nothing came in time."""


class Connection:
    """Reads frames, and notes what each stream was answered."""

    def __init__(self, port, tls=False, seconds=5):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.authority = f"localhost:{port}"
        self.scheme = "https" if tls else "http"
        self.seconds, self.received = seconds, b""
        self.decoder = hpack.Decoder()
        self.settings = {}  # the server's own
        self.frames, self.fields, self.bodies, self.ended, self.resets = [], {}, {}, set(), {}
        self.goaway = None

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # what it said before it closed may still be read

    def open(self, *pairs):
        """Both ends' settings, and their acknowledgements."""
        self.send(PREFACE + settings(*pairs))
        self.until(lambda: self.settings and any(
            isinstance(one, SettingsFrame) and "ACK" in one.flags for one in self.frames))

    def until(self, holds, seconds=None):
        """Reads until something holds. Raises Gone or Late, with what came last in its words."""
        ends = time.monotonic() + (seconds or self.seconds)
        while not holds():
            self.read(ends)

    def read(self, ends):
        while True:
            if len(self.received) >= 9:
                parsed, length = Frame.parse_frame_header(memoryview(self.received[:9]))
                if len(self.received) >= 9 + length:
                    parsed.parse_body(memoryview(self.received[9:9 + length]))
                    self.received = self.received[9 + length:]
                    return self.note(parsed)
            self.socket.settimeout(max(0.01, ends - time.monotonic()))
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                raise Late(self.words()) from None
            except OSError:
                piece = b""
            if not piece:
                raise Gone(self.words())
            self.received += piece

    def words(self):
        """The last frames, for whoever looks for the fault."""
        return "; ".join(f"{type(one).__name__[:-5]} {one.stream_id}" for one in self.frames[-3:]) or "nothing came"

    def note(self, one):
        self.frames.append(one)
        stream = one.stream_id
        if isinstance(one, SettingsFrame) and "ACK" not in one.flags:
            self.settings.update(one.settings)
            self.settings.setdefault("came", True)
            self.send(frame(SETTINGS, ACK, 0))
        elif isinstance(one, PingFrame) and "ACK" not in one.flags:
            self.send(frame(PING, ACK, 0, one.opaque_data))
        elif isinstance(one, HeadersFrame):
            self.fields.setdefault(stream, []).append(self.decoder.decode(one.data))
        elif isinstance(one, DataFrame):
            self.bodies[stream] = self.bodies.get(stream, b"") + one.data
        elif isinstance(one, RstStreamFrame):
            self.resets[stream] = one.error_code
        elif isinstance(one, GoAwayFrame):
            self.goaway = one.error_code
        if "END_STREAM" in one.flags:
            self.ended.add(stream)

    def status(self, stream):
        """Of the last head on a stream; 0 where none came."""
        for fields in reversed(self.fields.get(stream, [])):
            for name, value in fields:
                if name == ":status":
                    return int(value)
        return 0

    # What tests are made of: each gives bytes.

    def request(self, *more, method="GET", path="/", **replaced):
        """The fields of a request, with `more` after them; a value None leaves that pseudo-field away."""
        pseudo = {":method": method, ":scheme": self.scheme, ":path": path, ":authority": self.authority}
        pseudo.update({f":{name}": value for name, value in replaced.items()})
        return [pair for pair in pseudo.items() if pair[1] is not None] + list(more)

    def get(self, stream=1, *more, flags=END_STREAM | END_HEADERS, **replaced):
        return frame(HEADERS, flags, stream, block(*self.request(*more, **replaced)))

    def post(self, stream=1, *more, path="/echo", flags=END_HEADERS, **replaced):
        return self.get(stream, *more, flags=flags, method="POST", path=path, **replaced)
