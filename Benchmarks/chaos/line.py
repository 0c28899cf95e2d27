"""A line without relays, for figures: origin, listeners, a sender; where asked for, HAProxy and memcached."""

import contextlib
import pathlib
import shutil
import sys
import tempfile

import certificates
from daemons import Daemon, Process, adopt_orphans, free_port

HERE = pathlib.Path(__file__).resolve().parent
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
MEMCACHED = shutil.which("memcached")
MEMCACHED_MB = 512


class Line:
    """Its processes; `start` starts them all."""

    def __init__(self, folder, binaries, listeners=1, balanced=False, stores=False, memcached=False):
        self.folder, self.binaries = pathlib.Path(folder), binaries
        port = free_port()
        self.origin = Process("origin", [sys.executable, HERE / "origin.py", port, self.folder / "executions"],
                              port, folder)
        self.helpers = [self.origin]
        certificates.make(binaries, self.folder / "certificates")
        (self.folder / "railgun-nat.conf").write_text(f"default = 127.0.0.1:{port}\n")
        shared = {"memcached.servers": self.memcached()} if memcached else {}
        self.listeners = [self.listener(f"listener-{number}", stores, shared) for number in range(listeners)]
        ports = [listener.port for listener in self.listeners]
        if balanced:
            ports = [self.haproxy(ports)]
        port = free_port()
        self.sender = Daemon("sender", binaries / "rg-sender", folder, port, {
            "http.listen": f"127.0.0.1:{port}", "listeners": " ".join(f"127.0.0.1:{port}" for port in ports),
            **certificates.settings(self.folder / "certificates", "sender"), **self.store("sender", stores),
            "cpu.oversubscribe": 2,  # several connections, so that a balancer has some to share out
        })

    @property
    def daemons(self):
        return [*self.listeners, self.sender]

    def store(self, name, stores):
        return {"store.file": self.folder / f"{name}.store"} if stores else {}

    def listener(self, name, stores, shared):
        port = free_port()
        return Daemon(name, self.binaries / "rg-listener", self.folder, port, {
            "wan.ip": "127.0.0.1", "wan.port": port, "map.file": self.folder / "railgun-nat.conf",
            **certificates.settings(self.folder / "certificates", "listener"), **self.store(name, stores), **shared,
        })

    def memcached(self):
        port = free_port()
        self.helpers.append(Process(
            "memcached", [MEMCACHED, "-l", "127.0.0.1", "-p", port, "-m", MEMCACHED_MB, "-U", 0, "-u", "nobody"], port,
            self.folder))
        return f"127.0.0.1:{port}"

    def haproxy(self, ports):
        port = free_port()
        servers = "".join(f"  server listener-{number} 127.0.0.1:{to}\n" for number, to in enumerate(ports))
        conf = self.folder / "haproxy.conf"
        conf.write_text(
            "global\n  maxconn 1000\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n"
            f"  timeout server 60s\nlisten railgun\n  bind 127.0.0.1:{port}\n  balance roundrobin\n{servers}")
        self.helpers.append(Process("haproxy", [HAPROXY, "-db", "-f", conf], port, self.folder))
        return port

    async def start(self):
        for process in [*self.helpers, *self.listeners, self.sender]:
            await process.start()


@contextlib.asynccontextmanager
async def running(binaries, **options):
    """A line that runs; all of it is ended."""
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="railgun-chaos-") as name:
        line = Line(pathlib.Path(name), binaries, **options)
        try:
            await line.start()
            yield line
        finally:
            Process.end_all()
