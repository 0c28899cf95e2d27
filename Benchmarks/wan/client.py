"""A visitor at the edge: asks on a kept connection, takes the time, and checks every byte."""

import http.client
import socket
import time

import codings
from network import inside


class Visitor:
    def __init__(self, namespace, chain, pages):
        self.chain, self.pages = chain, pages
        self.connection = http.client.HTTPConnection("127.0.0.1", chain.edge_port)
        self.connection.auto_open = False  # a new connection would be somewhere else
        with inside(namespace):
            self.connection.sock = socket.create_connection(("127.0.0.1", chain.edge_port), timeout=60)
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def visit(self, host, name, version):
        """Milliseconds to the first byte and to the last one of this version, which has to be the one that comes."""
        started = time.monotonic_ns()
        self.connection.request("GET", f"/{name}", headers={"Host": host, "Accept-Encoding": self.chain.coding})
        answer = self.connection.getresponse()
        first = time.monotonic_ns()
        body = answer.read()
        last = time.monotonic_ns()
        found = f"{self.chain.name}: /{name} of {host}"
        if answer.status != 200:
            raise SystemExit(f"{found}: {answer.status}, not 200:\n{body[:500].decode(errors='replace')}")
        if answer.headers["Page-Version"] != str(version):
            raise SystemExit(f"{found}: version {answer.headers['Page-Version']} came, not {version}")
        coding = answer.headers["Content-Encoding"]
        if coding != self.chain.coding:
            raise SystemExit(f"{found}: came as {coding}, not as {self.chain.coding}")
        page = self.pages[name][version]
        if codings.unpack(body, coding, len(page)) != page:
            raise SystemExit(f"{found}: version {version} came with other bytes than it has")
        return {"firstByteMs": (first - started) / 1e6, "lastByteMs": (last - started) / 1e6,
                "way": way(answer.headers.get("Railgun"))}

    def close(self):
        self.connection.close()


def way(header):
    """How railgun brought a page: `delta`, or the header's own word for all else."""
    if not header:
        return None
    word = header.split()[1]
    return "delta" if word.replace(".", "", 1).isdigit() else word
