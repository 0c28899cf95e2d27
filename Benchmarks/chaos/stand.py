"""The stand: origin, relays that break things, two listeners, two senders, memcached. All on loopback, in one folder.

    load ──► sender ══ relay a ══► listener a ──► origin relay ──► origin
        └──► direct ══ relay b ══► listener b ──┘
Both senders know both listeners. The second one, "direct", may also ask the origin itself.
The clock of direct and of listener b can be moved.
"""

import asyncio
import collections
import json
import pathlib
import shutil
import sys

import certificates
import memcache
from clock import Clock
from daemons import Daemon, Process, free_port

HERE = pathlib.Path(__file__).resolve().parent
MEMCACHED = shutil.which("memcached")
LAN_TIMEOUT_SECONDS = 8


class Relay(Process):
    """A relay process; `hits` is called with the number of each exchange that a fault met."""

    def __init__(self, name, folder, target_port):
        port = free_port()
        super().__init__(name, [sys.executable, HERE / "relay.py", port, target_port], port, folder, pipes=True)
        self.on_hit = lambda number, action: None

    async def start(self, seconds=20):
        await super().start(seconds)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self.popen.stdout)
        self.reading = asyncio.ensure_future(self.read(reader))

    async def read(self, reader):
        while line := await reader.readline():
            number, action = line.decode().split()
            self.on_hit(int(number), action)

    def do(self, do, **more):
        self.popen.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        self.popen.stdin.flush()


class Stand:
    """All processes, by name."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = pathlib.Path(folder), pathlib.Path(binaries)
        origin_port = free_port()
        self.origin = Process("origin", [sys.executable, HERE / "origin.py", origin_port, self.folder / "executions"],
                              origin_port, folder)
        self.origin_relay = Relay("origin-relay", folder, origin_port)
        self.host = "site.test"
        self.rotate_certificates()
        self.clock = Clock(self.folder)

        self.memcached = None
        if MEMCACHED:
            port = free_port()
            # Small, so that it can be filled within seconds.
            self.memcached = Process(
                "memcached", [MEMCACHED, "-l", "127.0.0.1", "-p", port, "-m", 64, "-U", 0, "-u", "nobody"], port,
                folder)
        (self.folder / "railgun-nat.conf").write_text(f"default = 127.0.0.1:{self.origin_relay.port}\n")
        self.listeners = [self.make_listener("listener-a"), self.make_listener("listener-b", jumps=True)]
        self.link_relays = [Relay(f"link-{name}", folder, listener.port)
                            for name, listener in zip("ab", self.listeners)]
        direct = {"origin.default": f"http://127.0.0.1:{self.origin_relay.port}"}
        self.senders = [self.make_sender("sender"), self.make_sender("direct", jumps=True, **direct)]
        self.use_stores()

    @property
    def daemons(self):
        return self.senders + self.listeners

    @property
    def ports(self):
        return {sender.name: sender.port for sender in self.senders}

    @property
    def certificates(self):
        return self.folder / "certificates"

    def rotate_certificates(self):
        certificates.make(self.binaries, self.certificates)

    def make_listener(self, name, jumps=False):
        port = free_port()
        return Daemon(name, self.binaries / "rg-listener", self.folder, port, {
            "wan.ip": "127.0.0.1", "wan.port": port, **certificates.settings(self.certificates, "listener"),
            "map.file": self.folder / "railgun-nat.conf",
            "lan.timeout": f"{LAN_TIMEOUT_SECONDS} s",
        }, self.clock.environment if jumps else None)

    def make_sender(self, name, jumps=False, **more):
        port = free_port()
        return Daemon(name, self.binaries / "rg-sender", self.folder, port, {
            "http.listen": f"127.0.0.1:{port}",
            "listeners": " ".join(f"127.0.0.1:{relay.port}" for relay in self.link_relays),
            **certificates.settings(self.certificates, "sender"), **more,
        }, self.clock.environment if jumps else None)

    def use_stores(self):
        """The stores that these binaries know."""
        self.store_file = None
        if not self.daemons[0].check(**{"store.file": self.folder / "probe.store"})[0]:
            self.store_file = self.folder / "stores"
            self.store_file.mkdir(exist_ok=True)
            for daemon in self.daemons:
                daemon.settings["store.file"] = self.store_file / f"{daemon.name}.store"
                daemon.write_settings()
        self.uses_memcached = False
        if self.memcached:
            code, words = self.listeners[0].check(**{"memcached.servers": f"127.0.0.1:{self.memcached.port}"})
            self.uses_memcached = code == 0 and "memcached" not in words
        if self.uses_memcached:
            for listener in self.listeners:
                listener.settings["memcached.servers"] = f"127.0.0.1:{self.memcached.port}"
                listener.write_settings()

    async def start(self):
        await self.origin.start()
        await self.origin_relay.start()
        if self.uses_memcached:
            await self.memcached.start()
            self.cache = memcache.Cache(self.memcached.port)
        for relay in self.link_relays:
            await relay.start()
        for daemon in self.listeners + self.senders:
            await daemon.start()

    def open_lanes(self, sender):
        return [lane for lane in sender.statistics().get("lanes", []) if lane.get("state") == "open"]

    async def settle(self):
        """Until each sender has a link to each listener."""
        for _ in range(200):
            if all(len({lane["address"] for lane in self.open_lanes(sender)}) == 2 for sender in self.senders):
                return
            await asyncio.sleep(0.1)
        raise SystemExit("the senders found no link to both listeners within 20 s; see their logs")

    def counters(self):
        """What senders and listeners count, each summed: all numbers at the top of their documents."""
        found = collections.Counter()
        for ends, daemons in (("senders", self.senders), ("listeners", self.listeners)):
            for daemon in daemons:
                for key, value in daemon.statistics().items():
                    if isinstance(value, int):
                        found[f"{ends} {key}"] += value
        return found
