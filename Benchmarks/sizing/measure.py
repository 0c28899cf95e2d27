"""What a machine has to give for a visitor, a page, a request: of each daemon, on loopback."""

import contextlib
import gzip
import http.client
import json
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "line"))

import chains  # noqa: E402
from processes import Server, free_port, stopping_servers  # noqa: E402, F401

CONNECTIONS = 32
SECONDS_TO_SETTLE = 1.5  # the writer of the file gathers for a quarter of a second; freed memory goes back


class Line:
    """A sender and a listener, their statistics, and an origin with answers of several lengths."""

    def __init__(self, folder, origin, binaries, sender_settings="", listener_settings=""):
        folder.mkdir()
        folder.chmod(0o755)
        self.statistics = {"sender": free_port(), "listener": free_port()}
        self.https_port = free_port()
        certificates = folder / "certificates"
        self.chain = chains.start_railgun(
            folder, origin, binaries,
            f"stats.listen = 127.0.0.1:{self.statistics['listener']}\ninsecure.origin = 1\n{listener_settings}",
            f"stats.listen = 127.0.0.1:{self.statistics['sender']}\nhttps.listen = 127.0.0.1:{self.https_port}\n"
            f"https.cert.file = {certificates}/listener.pem\nhttps.key.file = {certificates}/listener.key\n{sender_settings}")
        self.port = self.chain.port
        self.servers = {"sender": self.chain.edge, "listener": self.chain.peer}

    def document(self, end):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.statistics[end]}/", timeout=10) as answer:
            return json.load(answer)

    def link_bytes(self):
        document = self.document("sender")
        return counter(document, "wan_bytes_sent") + counter(document, "wan_bytes_received")

    def memory(self, end):
        return self.servers[end].resident_bytes()

    def stop(self):
        for server in (self.chain.edge, self.chain.peer):
            server.stop()
            Server.running.remove(server)


def counter(document, name):
    """A counter, wherever in the document it stands."""
    if name in document:
        return document[name]
    return next(part[name] for part in document.values() if isinstance(part, dict) and name in part)


def start_origin(folder):
    """Pages of 10 kB and 100 kB with a few numbers that are new each time, and an answer of 300 bytes that is no page."""
    port = free_port()
    pieces = []
    for number in range(29):  # a setting of nginx has up to 4 kB
        piece = f"<section data-token={'$request_id' if number % 7 == 0 else number}>"
        for item, text in enumerate(chains.words(400, seed=number)):
            piece += f"<li class=item><a href=/story/{number}/{item}>{text}</a>"
            if len(piece) > 3400:
                break
        pieces.append(piece)
    sets = " ".join(f'set $p{number} "{piece}";' for number, piece in enumerate(pieces))
    small = " ".join(chains.words(100, seed=99))[:250]
    def page(count):
        return f'{sets} return 200 "<!doctype html><h1>$request_uri</h1>{"".join(f"$p{n}" for n in range(count))}";'
    return chains.nginx(folder, "origin", port, f"""
  server {{ listen 127.0.0.1:{port};
    location /small {{ default_type application/json; return 200 '{{"id":"$request_id","items":"{small}"}}'; }}
    location /10k {{ {page(3)} }}
    location / {{ {page(29)} }} }}
""")


def fetch(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read()


def ask_each(port, paths):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for path in paths:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
    connection.close()


def load(line, path, seconds, script):
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", script, f"http://127.0.0.1:{line.port}{path}"]
    before, carried = {end: server.cpu_seconds() for end, server in line.servers.items()}, line.link_bytes()
    output = subprocess.run([str(part) for part in command] + ["--", path], check=True, capture_output=True, text=True).stdout
    done = json.loads(output.splitlines()[-1])
    if done["failures"]:
        raise SystemExit(f"{path}: {done['failures']} of {done['requests']} requests failed")
    found = {f"{end}Microseconds": (server.cpu_seconds() - before[end]) / done["requests"] * 1e6
             for end, server in line.servers.items()}
    return found | {"linkBytes": (line.link_bytes() - carried) / done["requests"]}


def requests(line, seconds, script, fresh):
    """Processor time of each end, and bytes of the link, for a request of each kind."""
    kinds = {
        "small": ("/small", script), "delta10k": ("/10k", script), "delta100k": ("/page", script),
        "whole10k": ("/10k/", fresh), "whole100k": ("/whole/", fresh),
    }
    found = {}
    for kind, (path, how) in kinds.items():
        print(f"{kind}, {seconds} s", file=sys.stderr)
        load(line, path, 1, how)
        body = fetch(line.port, path)
        found[kind] = load(line, path, seconds, how) | {"bodyBytes": len(body), "gzipBytes": len(gzip.compress(body, 6))}
    return found


def idle_clients(line, count, context=None):
    """Bytes of the sender for a visitor who is connected and waits."""
    before = line.memory("sender")
    with contextlib.ExitStack() as clients:
        for _ in range(count):
            port = line.https_port if context else line.port
            client = clients.enter_context(socket.create_connection(("127.0.0.1", port)))
            if context:
                client = clients.enter_context(context.wrap_socket(client, server_hostname="127.0.0.1"))
            client.sendall(b"GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                raise SystemExit("a client had no answer")
        time.sleep(SECONDS_TO_SETTLE)
        return (line.memory("sender") - before) / count


def kept_pages(line, count):
    """Bytes of memory at each end, and of the sender's file, for a byte of a page that is kept."""
    before = {end: line.memory(end) for end in line.servers}
    length = len(fetch(line.port, "/kept/0"))
    for _ in range(2):  # the second time, the listener makes indexes
        ask_each(line.port, [f"/kept/{number}" for number in range(count)])
    time.sleep(SECONDS_TO_SETTLE)
    kept = {end: line.document(end) for end in line.servers}
    if any(document["store"]["pages"] < count for document in kept.values()):
        raise SystemExit("not all pages were kept")
    found = {f"{end}BytesPerPageByte": kept[end]["store"]["memory_bytes"] / (count * length) for end in kept}
    found |= {f"{end}GrowthPerPageByte": (line.memory(end) - before[end]) / (count * length) for end in kept}
    return found | {"fileBytesPerPageByte": kept["sender"]["store_file"]["bytes"] / (count * length), "pageBytes": length}


def measure(folder, binaries, seconds, count):
    """All figures, in one run; `count` is how many pages are kept, and how many clients wait."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    origin = start_origin(folder)
    stores = "store.size = 1 GB\n"
    line = Line(folder / "memory", origin, binaries, f"{stores}store.file = {folder}/memory/sender.pages\n", stores)
    fetch(line.port, "/small")
    time.sleep(SECONDS_TO_SETTLE)
    found = {"machine": {"seconds": seconds, "count": count}}
    found["start"] = {f"{end}Bytes": line.memory(end) for end in line.servers}
    context = ssl.create_default_context(cafile=str(folder / "memory/certificates/ca.pem"))
    found["idleClient"] = {"httpBytes": idle_clients(line, count), "httpsBytes": idle_clients(line, count, context)}
    line.stop()
    line = Line(folder / "pages", origin, binaries, f"{stores}store.file = {folder}/pages/sender.pages\n", stores)
    found["keptPage"] = kept_pages(line, count)
    line.stop()
    more = 8
    line = Line(folder / "lanes", origin, binaries, f"cpu.oversubscribe = {more}\n")
    ask_each(line.port, ["/small"] * 10)
    time.sleep(SECONDS_TO_SETTLE)
    lanes = len(line.document("sender")["lanes"])
    usual = lanes // more
    found["lane"] = {f"{end}Bytes": max(0, line.memory(end) - found["start"][f"{end}Bytes"]) / (lanes - usual) for end in line.servers}
    line.stop()
    # At full load deltas would take less work and be longer: a site that is sized has processor time left.
    line = Line(folder / "requests", origin, binaries, listener_settings="cpu.adapt = 0\n")
    fresh = folder / "fresh.lua"
    report = (HERE.parent / "line/report.lua").read_text()
    fresh.write_text((HERE / "addresses.lua").read_text() + report)
    found["requests"] = requests(line, seconds, HERE.parent / "line/report.lua", fresh)
    line.stop()
    return found
