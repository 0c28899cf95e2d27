"""What clients get through each proxy, byte by byte: curl, nghttp, h2load, wrk, and Python's libraries."""

import asyncio
import collections
import hashlib
import http.client
import pathlib
import re
import ssl
import subprocess

import aiohttp
import httpx
import requests
import urllib3
import websockets

from origin import BIG, PAGE, SMALL, page

urllib3.disable_warnings()  # the certificate is the stand's own
UPLOAD = page(3_000_000, "upload")
DIGEST = f"{len(UPLOAD)} {hashlib.sha256(UPLOAD).hexdigest()}"
REQUESTS, STREAMS = 5000, 100
# HTTP/1.0 has neither chunks nor 100; curl 7.88 can't use a connection of HTTP/2 without TLS twice, at any server.
LEFT_OUT = {"curl, HTTP/1.0": ("put", "expect"), "curl, h2c": ("many",)}


def run(*command, data=None, seconds=120):
    """What a command printed, as bytes; an error where it failed."""
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True, timeout=seconds)
    if done.returncode:
        raise AssertionError(f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout


def same(got, expected):
    if got != expected:
        raise AssertionError(f"got {len(got)} that aren't the {len(expected)} expected: {got[:60]!r}")


class Curl:
    def __init__(self, base, *options):
        self.base, self.options = base, ["curl", "-sSk", "--fail", *options]

    def __call__(self, path, *options, data=None):
        return run(*self.options, *options, self.base + path, data=data)

    def page(self, _):
        same(self("/page"), PAGE)

    def head(self, _):
        answer = self("/page", "--head")
        if b"content-length: 100000" not in answer.lower():
            raise AssertionError(answer[:200])

    def upload(self, _):
        same(self("/digest", "--data-binary", "@-", data=UPLOAD).decode(), DIGEST)

    def put(self, _):
        same(self("/echo", "-T", "-", data=UPLOAD), UPLOAD)  # a length that nobody knows before

    def expect(self, _):
        same(self("/digest", "--data-binary", "@-", "-H", "Expect: 100-continue", data=UPLOAD).decode(), DIGEST)

    def range(self, _):
        same(self("/big", "-r", "1000-200999"), BIG[1000:201000])

    def resume(self, folder):
        part = pathlib.Path(folder) / "resumed"
        part.write_bytes(BIG[:1_234_567])
        self("/big", "-C", "-", "-o", str(part))
        same(part.read_bytes(), BIG)

    def conditional(self, _):
        etag = re.search(rb"(?im)^etag: (\S+)", self("/big", "--head"))[1].decode()
        same(self("/big", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"If-None-Match: {etag}"), b"304")

    def many(self, _):
        """Several on one connection."""
        same(self("/page", self.base + "/", self.base + "/page"), SMALL + PAGE + PAGE)

    def compressed(self, _):
        same(self("/page", "--compressed"), PAGE)


def nghttp(base, *options):
    def get(_):
        output = run("nghttp", *options, "-m", "20", base + "/page")
        if collections.Counter(output) != collections.Counter(PAGE * 20):  # pieces of all of them, in turn
            raise AssertionError(f"{len(output)} bytes that aren't 20 pages")

    def upload(folder):
        body = pathlib.Path(folder) / "upload"
        body.write_bytes(UPLOAD)
        same(run("nghttp", *options, "-d", body, base + "/digest").decode(), DIGEST)
    return {"20 at once": get, "upload": upload}


def h2load(base, *options):
    def load(path, size, count):
        def act(_):
            output = run("h2load", *options, "-n", count, "-c", 4, "-m", STREAMS, base + path).decode()
            found = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", output)
            if not found or found.groups() != (str(count), "0", "0", "0"):
                raise AssertionError(found[0] if found else output[-200:])
            same(re.search(r"\((\d+)\) data", output)[1], str(size * count))
        return act
    return {f"4 connections, {STREAMS} streams, small": load("/", len(SMALL), REQUESTS),
            f"4 connections, {STREAMS} streams, pages": load("/page", len(PAGE), REQUESTS // 10)}


def wrk(base):
    def act(_):
        output = run("wrk", "-t", 1, "-c", 32, "-d", "2s", base + "/").decode()
        if "Socket errors" in output or "Non-2xx" in output:
            raise AssertionError(output[-200:])
    return {"32 connections": act}


def http_client(port):
    def connection():
        return http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def keep_alive(_):
        one = connection()
        for _ in range(20):
            one.request("GET", "/page")
            same(one.getresponse().read(), PAGE)

    def chunked(_):
        one = connection()
        one.request("POST", "/digest", body=iter([UPLOAD[:1000], UPLOAD[1000:]]), encode_chunked=True,
                    headers={"Transfer-Encoding": "chunked"})
        same(one.getresponse().read().decode(), DIGEST)

    def pipelined(_):
        one = connection()
        one.connect()
        one.sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        got = b""
        while got.count(SMALL) < 20 and (piece := one.sock.recv(65536)):
            got += piece
        same(got.count(SMALL) * SMALL, SMALL * 20)
    return {"keep-alive": keep_alive, "chunked upload": chunked, "20 in a pipeline": pipelined}


def through_httpx(base):
    def act(call):
        def run_it(_):
            with httpx.Client(http2=True, http1=False, verify=False, base_url=base, timeout=60) as client:
                call(client)
        return run_it

    def checked(answer):
        if answer.http_version != "HTTP/2":
            raise AssertionError(answer.http_version)
        return answer.raise_for_status().content
    return {"pages": act(lambda client: [same(checked(client.get("/page")), PAGE) for _ in range(10)]),
            "upload": act(lambda client: same(checked(client.post("/digest", content=UPLOAD)).decode(), DIGEST)),
            "echo": act(lambda client: same(checked(client.put("/echo", content=iter([UPLOAD]))), UPLOAD))}


def through_aiohttp(base):
    async def pages():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False, limit=50)) as session:
            async def one():
                async with session.get(base + "/page") as answer:
                    same(await answer.read(), PAGE)
            await asyncio.gather(*(one() for _ in range(100)))

    async def upload():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
            async with session.post(base + "/digest", data=UPLOAD) as answer:
                same(await answer.text(), DIGEST)
    return {"100 at once": lambda _: asyncio.run(pages()), "upload": lambda _: asyncio.run(upload())}


def through_requests(base):
    def act(call):
        def run_it(_):
            with requests.Session() as session:
                session.verify = session.trust_env = False
                call(session)
        return run_it

    def form(session):
        got = session.post(base + "/echo", files={"file": ("name", UPLOAD)}, timeout=60).content
        if UPLOAD not in got:
            raise AssertionError(f"{len(got)} bytes without the file")
    def pages(session):
        for _ in range(5):
            same(session.get(base + "/page", timeout=60).content, PAGE)
    return {"pages": act(pages),
            "a file in a form": act(form),
            "HEAD, OPTIONS, PUT, DELETE": act(lambda session: [
                same(session.request(method, base + "/head", timeout=60).text.split(" ")[0],
                     "" if method == "HEAD" else method) for method in ("HEAD", "PUT", "DELETE", "PATCH")])}


def through_websockets(base):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    url = base.replace("http", "ws", 1) + "/ws"

    async def messages():
        named = {"ssl": context} if url.startswith("wss") else {}
        async with websockets.connect(url, max_size=None, **named) as channel:
            for message in ("text", "ünïcode ✓", b"", bytes(range(256)), UPLOAD):
                await channel.send(message)
                same(await channel.recv(), message)
            await (await channel.ping())
    return {"messages": lambda _: asyncio.run(messages())}


def checks(target):
    """What is to be done, by client and name: functions of a folder for files."""
    plain, h2c, tls = (f"http://127.0.0.1:{target.http1}", f"http://127.0.0.1:{target.http2}",
                       f"https://localhost:{target.https}")
    names = ("page", "head", "upload", "put", "expect", "range", "resume", "conditional", "many", "compressed")
    found = {}
    for words, curl in (("curl, HTTP/1.1", Curl(plain, "--http1.1")), ("curl, HTTP/1.0", Curl(plain, "--http1.0")),
                        ("curl, h2c", Curl(h2c, "--http2-prior-knowledge")), ("curl, h2", Curl(tls, "--http2")),
                        ("curl, https HTTP/1.1", Curl(tls, "--http1.1"))):
        left_out = LEFT_OUT.get(words, ())
        found[words] = {name: getattr(curl, name) for name in names if name not in left_out}
    found |= {"nghttp, h2c": nghttp(h2c), "nghttp, h2": nghttp(tls, "-y"), "h2load, h2c": h2load(h2c),
              "h2load, h2": h2load(tls), "wrk": wrk(plain), "wrk, https": wrk(tls),
              "http.client": http_client(target.http1), "httpx, h2": through_httpx(tls),
              "httpx, h2c": through_httpx(h2c), "aiohttp": through_aiohttp(plain),
              "aiohttp, https": through_aiohttp(tls), "requests": through_requests(plain),
              "requests, https": through_requests(tls), "websockets": through_websockets(plain),
              "websockets, wss": through_websockets(tls)}
    return found


def measure(target, folder):
    """A row for each check; `fault` is None where it passed."""
    rows = []
    for client, acts in checks(target).items():
        for name, act in acts.items():
            try:
                act(folder)
                fault = None
            except Exception as error:
                fault = f"{type(error).__name__}: {error}"[:300]
            rows.append({"id": f"{client}: {name}", "words": "", "fault": fault})
    return rows
