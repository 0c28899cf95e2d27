"""A stream of events whose origin says when it wrote each: how long they take to the client."""

import http.client
import http.server
import threading
import time

EVENTS, PAUSE_SECONDS = 300, 0.01


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Accel-Buffering", "no")  # else nginx would collect them
        self.end_headers()
        for _ in range(EVENTS):
            event = b"data: %d\n\n" % time.monotonic_ns()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            time.sleep(PAUSE_SECONDS)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


def start_origin():
    """An origin in this process; it ends with it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def delays(port):
    """Milliseconds from the origin's write of each event to its arrival here, in order of size."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
    answer = connection.getresponse()
    found = []
    while line := answer.readline():
        if line.startswith(b"data: "):
            found.append((time.monotonic_ns() - int(line[6:])) / 1e6)
    if answer.status != 200 or len(found) != EVENTS:
        raise SystemExit(f"/events on port {port}: {answer.status}, {len(found)} of {EVENTS} events")
    return sorted(found)
