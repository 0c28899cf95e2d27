#!/usr/bin/env python3
"""The origin: pages that change each second, pages for one visitor, uploads that are counted, streams, a download.

Each answer carries the SHA-256 of its body, and the number of the request that it answers. `GET /executions` tells
which uploads were carried out more than once; a file keeps them for an origin that is started again.

    origin.py PORT FILE
"""

import asyncio
import collections
import gzip
import sys
import time

import pages

executions = collections.Counter()
unchanging = {}


def made(path, user):
    """What is at a path: type, body, coding, further fields."""
    kind, _, number = path.strip("/").partition("/")
    version = int(time.time())
    if kind == "page":
        return "text/html; charset=utf-8", pages.page(path, version, pages.bytes_of(number)), None, ""
    if kind == "many":  # a large site of small pages, for savings
        return "text/html; charset=utf-8", pages.page(path, version, 8_000), None, ""
    if kind == "account":
        return ("text/html; charset=utf-8", pages.page(path, version, 12_000, user), None,
                "Cache-Control: private\r\nVary: Cookie\r\n")
    if kind == "api":
        return "application/json", pages.answer(path, version), None, ""
    if kind == "feed":
        return "application/xml", pages.packed(path, version, 20_000), "gzip", ""
    if kind == "image":
        return "image/png", pages.noise(path, pages.bytes_of(number, 2_000, 60_000)), None, ""
    if kind == "download":
        return "application/octet-stream", pages.noise(path, pages.DOWNLOAD_BYTES), None, ""
    return None


def digest_of(kind, path, body, coding):
    """Of what the visitor reads: a coding may be another one on its way."""
    if coding:
        body = gzip.decompress(body)
    if kind not in ("image", "download"):
        return pages.digest(body)
    if path not in unchanging:
        unchanging[path] = pages.digest(body)
    return unchanging[path]


class Visitor(asyncio.Protocol):
    """One connection: requests one after the other, answers with a length or in chunks."""

    def connection_made(self, transport):
        self.transport, self.waiting, self.task = transport, bytearray(), None

    def connection_lost(self, _):
        if self.task:
            self.task.cancel()

    def data_received(self, data):
        self.waiting += data
        while self.task is None and (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            fields = self.waiting[:end].decode("latin-1").split("\r\n")
            method, path, _ = fields[0].split(" ", 2)
            head = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in fields[1:])}
            body = self.body(head, end + 4)
            if body is None:
                return
            self.answer(method, path, head, body)

    def body(self, head, start):
        """The body of the first request, which is removed; None while it isn't complete."""
        if head.get("transfer-encoding"):
            end = self.waiting.find(b"0\r\n\r\n", start)
            if end < 0:
                return None
            found, rest = bytearray(), bytes(self.waiting[start:end])
            while rest:
                size, _, rest = rest.partition(b"\r\n")
                found += rest[:int(size, 16)]
                rest = rest[int(size, 16) + 2:]
            del self.waiting[:end + 5]
            return bytes(found)
        end = start + int(head.get("content-length", 0))
        if len(self.waiting) < end:
            return None
        found = bytes(self.waiting[start:end])
        del self.waiting[:end]
        return found

    def answer(self, method, path, head, body):
        echo = f"X-Chaos-Id: {head.get('x-chaos-id', '-')}\r\n"
        if method == "POST":
            number = head.get("x-idempotency", "-")
            executions[number] += 1
            kept.write(f"{number}\n")
            done = f'{{"done":"{number}","sha256":"{pages.digest(body)}"}}'.encode()
            found = "application/json", done, None, "Cache-Control: no-store\r\n"
        elif path == "/executions":
            twice = [number for number, count in executions.items() if count > 1]
            found = "text/plain", f"{len(executions)} {' '.join(twice)}".encode(), None, ""
        elif path == "/events":
            self.task = asyncio.ensure_future(self.events(echo))
            return
        else:
            found = made(path, head.get("cookie", ""))
        if found is None:
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        kind, content, coding, more = found
        if coding:
            more += f"Content-Encoding: {coding}\r\n"
        digest = digest_of(path.split("/")[1], path, content, coding)
        self.transport.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
            f"X-Body-SHA256: {digest}\r\n{echo}{more}\r\n".encode())
        self.transport.write(content)

    async def events(self, echo):
        texts = [b"id: %d\ndata: %s\n\n" % (n, " ".join(pages.words(5, n)).encode()) for n in range(pages.EVENTS)]
        self.transport.write(
            (f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
             f"X-Body-SHA256: {pages.digest(b''.join(texts))}\r\n{echo}\r\n").encode())
        for text in texts:
            self.transport.write(b"%x\r\n%b\r\n" % (len(text), text))
            await asyncio.sleep(pages.EVENT_PAUSE_SECONDS)
        self.transport.write(b"0\r\n\r\n")
        self.task = None
        self.data_received(b"")


async def main():
    global kept
    kept = open(sys.argv[2], "a+", buffering=1)  # a line is out before its answer
    kept.seek(0)
    executions.update(kept.read().split())
    server = await asyncio.get_running_loop().create_server(Visitor, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
