"""A steady load: requests are sent on schedule, whether or not earlier ones were answered; every byte is checked."""

import asyncio
import random
import re
import time

import pages
from client import Client, Failure
from ledger import OK

DEADLINE_SECONDS, DOWNLOAD_DEADLINE_SECONDS = 40, 120
PAGE_NUMBER = re.compile(rb"\b[0-9a-f]{12}\b")
# What is asked for, and how often. Streams and the download come on a schedule of their own.
MIX = {"page": 50, "account": 12, "api": 12, "feed": 6, "image": 14, "post": 6}
MOST_BEHIND_SECONDS = 0.5
EVENTS_PER_SECOND, DOWNLOADS_PER_SECOND, HTTP2_PER_SECOND = 2, 0.05, 1
COUNTS = {"page": pages.PAGES, "account": pages.ACCOUNTS, "api": pages.ANSWERS, "feed": pages.FEEDS,
          "image": pages.IMAGES}


class Load:
    """Requests to one or two senders; the second one gets a tenth."""

    def __init__(self, ledger, ports, rate, host):
        self.ledger, self.rate, self.host, self.ports = ledger, rate, host, ports
        self.clients = {via: Client(port) for via, port in ports.items()}
        self.number, self.under_way, self.random = 0, set(), random.Random(1)

    async def run(self, stop):
        """Until `stop` is set, and all answers are there."""
        await asyncio.gather(
            self.schedule(stop, self.rate, lambda: self.random.choices(list(MIX), list(MIX.values()))[0]),
            self.schedule(stop, EVENTS_PER_SECOND, lambda: "events"),
            self.schedule(stop, DOWNLOADS_PER_SECOND, lambda: "download"),
            self.schedule(stop, HTTP2_PER_SECOND, lambda: "http2"))
        while self.under_way:
            await asyncio.wait(self.under_way)
        for client in self.clients.values():
            client.close()

    async def schedule(self, stop, rate, choose):
        due = time.monotonic() - 1 / rate
        while not stop.is_set():
            due += 1 / rate
            while (wait := due - time.monotonic()) > 0 and not stop.is_set():
                await asyncio.sleep(min(1, wait))
            if -wait > MOST_BEHIND_SECONDS:  # this machine is too busy: a burst would not be the steady load
                self.ledger.not_sent += int(-wait * rate)
                due = time.monotonic()
            await asyncio.sleep(0)
            self.number += 1
            via = list(self.clients)[self.random.random() < 0.1 and len(self.clients) > 1]
            task = asyncio.ensure_future(self.send(self.number, choose(), via))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def send(self, number, kind, via):
        start = time.time()
        deadline = DOWNLOAD_DEADLINE_SECONDS if kind == "download" else DEADLINE_SECONDS
        try:
            async with asyncio.timeout(deadline):
                if kind == "http2":
                    outcome = await self.http2(number, via)
                else:
                    outcome = await self.http1(number, kind, via)
        except TimeoutError:
            outcome = "hung", f"no answer within {deadline} s", None
        except Failure as failure:
            outcome = failure.kind, failure.detail, None
        self.ledger.add(number, kind, via, start, *outcome)

    def request(self, number, kind):
        """A request's bytes, and its path."""
        path = f"/{kind}/{self.random.randrange(COUNTS[kind])}" if kind in COUNTS else f"/{kind}"
        more, body = "", b""
        if kind == "account":
            more = f"Cookie: session={self.random.randrange(5)}\r\n"
        elif kind == "feed":
            more = "Accept-Encoding: gzip\r\n"
        elif kind == "post":
            body = self.random.randbytes(self.random.randrange(10, 20_000))
            more = (f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n"
                    f"X-Idempotency: {number}\r\n")
        head = (f"{'POST' if kind == 'post' else 'GET'} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
                f"X-Chaos-Id: {number}\r\n{more}\r\n")
        return head.encode() + body, body

    async def http1(self, number, kind, via):
        request, body = self.request(number, kind)
        client = self.clients[via]
        try:
            # A client never knows what became of an upload on a connection that ends: so it takes a fresh one.
            answer = await client.exchange(request, fresh=kind == "post")
        except Failure as failure:
            if failure.kind != "stale":
                raise
            # The server closed a kept connection as the request was under way to it: all clients ask again.
            self.ledger.retried_stale += 1
            answer = await client.exchange(request, fresh=True)
        return self.judged(number, body, answer)

    def judged(self, number, body, answer):
        """The outcome, details, and the number on an error page."""
        fields = answer.fields
        if answer.status != 200:
            found = PAGE_NUMBER.search(answer.body)
            return str(answer.status), fields.get("railgun", ""), found and found[0].decode()
        if fields.get("x-chaos-id") != str(number):
            return "wrong", f"the answer to request {fields.get('x-chaos-id')}", None
        if body:
            whole = answer.body == b'{"done":"%d","sha256":"%s"}' % (number, pages.digest(body).encode())
        else:
            try:
                whole = pages.digest(answer.decoded()) == fields.get("x-body-sha256")
            except Exception as error:  # the coding itself is broken
                return "wrong", str(error), None
        if not whole:
            return "wrong", f"{len(answer.body)} bytes, {fields.get('railgun')}", None
        crossing = fields.get("railgun", "- none").split()[1]
        self.ledger.crossings["delta" if crossing[0].isdigit() else crossing] += 1
        if "railgun" not in fields:
            return "no-railgun-header", "", None
        return OK,

    async def http2(self, number, via):
        """One page by HTTP/2, with curl."""
        path = f"/page/{self.random.randrange(pages.PAGES)}"
        process = await asyncio.create_subprocess_exec(
            "curl", "-s", "-i", "--http2-prior-knowledge", "-H", f"Host: {self.host}", "-H", f"X-Chaos-Id: {number}",
            f"http://127.0.0.1:{self.ports[via]}{path}", stdout=asyncio.subprocess.PIPE)
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:  # 7: couldn't connect; the rest is a stream or a connection that broke
            raise Failure("refused" if process.returncode == 7 else "cut" if output else "closed",
                          f"curl ended with {process.returncode}")
        head, _, content = output.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return self.judged(number, b"", PlainAnswer(int(lines[0].split()[1]), fields, content))


class PlainAnswer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def decoded(self):
        return self.body
