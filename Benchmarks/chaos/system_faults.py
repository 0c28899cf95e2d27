"""The machine or its administrator does something: no descriptors, another time, new certificates, reload, upgrade."""

import asyncio
import contextlib
import os
import pathlib
import resource
import signal
import ssl
import time

from fault import Allow, Fault, RepeatedFault, Skip
from process_faults import CUT_ANSWER, LOST_UPLOAD


class DescriptorsExhausted(Fault):
    """No descriptor is left beyond those in use."""

    def __init__(self, name, pick, *allows):
        self.name, self.pick, self.allows = f"descriptors-{name}", pick, list(allows)
        self.words = f"no more descriptors for the {name} than it has"

    async def inject(self, stand, phase):
        self.pid = self.pick(stand).pid
        self.before = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        count = len(os.listdir(f"/proc/{self.pid}/fd"))
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (count, self.before[1]))
        phase.notes.append(f"limit {count}")

    async def mend(self, stand, phase):
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, self.before)


class ClockJump(Fault):
    name, words = "clock-jump", "the clock of one sender and one listener jumps by an hour, then to half an hour ago"

    def check(self, stand):
        if not stand.clock.works:
            raise Skip("there is no C compiler for clock.c")

    async def inject(self, stand, phase):
        stand.clock.jump(3600)

    async def last(self, stand, phase, stop):
        await asyncio.sleep(self.seconds / 2)
        stand.clock.jump(-1800)
        await asyncio.sleep(self.seconds / 2)

    async def mend(self, stand, phase):
        stand.clock.jump(0)


async def grows(log, offset, word, seconds=5):
    """Whether a word comes up in a log, after an offset, within so many seconds."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with log.open("rb") as file:
            file.seek(offset)
            if word in file.read().lower():
                return True
        await asyncio.sleep(0.1)
    return False


class Reload(RepeatedFault):
    name, words, interval_seconds = "reload", "SIGHUP to every daemon each 2 s, the first one with a bad file", 2

    async def probe(self, stand):
        """A reload says that it was one."""
        daemon = stand.listeners[0]
        offset = daemon.log.stat().st_size
        daemon.signal(signal.SIGHUP)
        if not await grows(daemon.log, offset, b"reload", seconds=3):
            raise Skip("SIGHUP does nothing in these binaries")

    async def inject(self, stand, phase):
        if not phase.notes:
            await self.bad_file(stand, phase)
        for daemon in stand.daemons:
            daemon.signal(signal.SIGHUP)

    async def bad_file(self, stand, phase):
        """Changes nothing, and the log says why."""
        daemon = stand.senders[0]
        offset = daemon.log.stat().st_size
        good = daemon.conf.read_text()
        daemon.conf.write_text(good + "nonsense = 1\n")
        daemon.signal(signal.SIGHUP)
        said = await grows(daemon.log, offset, b"nonsense")
        daemon.conf.write_text(good)
        phase.notes.append("a bad file was refused" if said else "MISSED: the log doesn't say that the file is bad")

    async def mend(self, stand, phase):
        pass


def connections(pid):
    """The inodes of a process's established TCP connections; listening sockets aren't among them."""
    established = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "01":
                established.add(f"socket:[{fields[9]}]")
    held = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # it was closed meanwhile
            held.add(os.readlink(descriptor))
    return established & held


class Upgrade(Fault):
    name, words, seconds = "upgrade", "SIGUSR2 to every daemon, one after the other", 4

    async def probe(self, stand):
        if not await stand.listeners[0].upgrade(seconds=8):
            raise Skip("SIGUSR2 does nothing in these binaries")

    async def inject(self, stand, phase):
        for daemon in stand.daemons:
            before = connections(daemon.pid)
            if not await daemon.upgrade():
                phase.notes.append(f"MISSED: {daemon.name} was not replaced within 20 s")
            elif inherited := len(before & connections(daemon.pid)):
                # Nobody will ever close them: a client that sends on one waits for ever.
                phase.notes.append(f"MISSED: the new {daemon.name} holds {inherited} connections of the old one")

    async def mend(self, stand, phase):
        pass


class CertificatesRotated(Fault):
    name, words = "certificates-rotated", "new certificates at both ends, SIGHUP, and the links cut"
    allows = [CUT_ANSWER, LOST_UPLOAD]

    async def probe(self, stand):
        await Reload().probe(stand)

    async def inject(self, stand, phase):
        stand.rotate_certificates()
        for daemon in stand.daemons:
            daemon.signal(signal.SIGHUP)
        await asyncio.sleep(2)
        for relay in stand.link_relays:
            relay.do("cut", how="reset", after=0)

    async def mend(self, stand, phase):
        text = (stand.certificates / "listener.pem").read_text()
        end = "-----END CERTIFICATE-----\n"
        wanted = ssl.PEM_cert_to_DER_cert(text[:text.index(end)] + end)  # its own; the chain may follow
        for listener in stand.listeners:
            shown = await asyncio.to_thread(served_certificate, listener.port)
            if shown != wanted:
                phase.notes.append(f"MISSED: {listener.name} still shows its old certificate")


def served_certificate(port):
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))


FAULTS = [
    DescriptorsExhausted("sender", lambda stand: stand.senders[0]),
    DescriptorsExhausted("listener", lambda stand: stand.listeners[0],
                         Allow("502", "the listener could not connect to the origin")),
    ClockJump(), CertificatesRotated(), Reload(), Upgrade(),
]
