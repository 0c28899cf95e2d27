"""Two network namespaces, `edge` and `origin`, and the emulated link between them."""

import contextlib
import ctypes
import dataclasses
import mmap
import os
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NETWORK, EDGE_ADDRESS, ORIGIN_ADDRESS = "10.24.8.0/24", "10.24.8.1", "10.24.8.{}"  # seen by nobody outside
FIRST_HOST, HOSTS = 10, 8
# Set in both namespaces, so for all that is measured alike.
SYSCTLS = {
    "net/ipv4/tcp_slow_start_after_idle": "0",  # connections stay warm between two visits
    "net/ipv4/tcp_no_metrics_save": "1",  # a new connection knows nothing of those before it
}
CLONE_NEWNET = 0x40000000
LEAST_QUEUE_BYTES = 128 * 1024  # more than a page, or a connection that is warm would overflow it with one
WAYS, ADDRESSES, COUNTS = 2, 256, 4  # struct wan_counters of wanlink.c


@dataclasses.dataclass(frozen=True)
class Link:
    """What is emulated: the round trip, the rate each way, and the share of packets that is lost each way."""

    delay_ms: float
    rate_mbit: float
    loss_percent: float

    @property
    def queue_bytes(self):
        """What fits on the way there and back, as a router's buffer is sized; a small link has a larger one."""
        return max(LEAST_QUEUE_BYTES, int(self.rate_mbit * 1e6 / 8 * self.delay_ms / 1000))

    def arguments(self):
        return [int(self.delay_ms * 1000 / 2), int(self.rate_mbit * 1000), self.queue_bytes,
                int(self.loss_percent * 10_000)]

    def __str__(self):
        return f"{self.delay_ms:g} ms, {self.rate_mbit:g} Mbit/s, {self.loss_percent:g} % loss"


def compile_emulator(folder, *flags):
    """The emulator, or with more flags a library of its arithmetic."""
    output = pathlib.Path(folder) / ("wanlink.so" if flags else "wanlink")
    subprocess.run(["cc", "-std=gnu11", "-O2", *flags, "-o", output, HERE / "wanlink.c"], check=True)
    return output


@contextlib.contextmanager
def namespaces():
    """Names of both, by their part; gone afterwards, with all that is in them."""
    names = {part: f"railgun-{part}-{os.getpid()}" for part in ("edge", "origin")}
    try:
        for name in names.values():
            subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
            for key, value in SYSCTLS.items():
                subprocess.run(within(name, "sh", "-c", f"echo {value} > /proc/sys/{key}"), check=True)
        yield names
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)


def within(namespace, *command):
    """The command, run inside; it keeps its process number."""
    return ["nsenter", f"--net=/run/netns/{namespace}", *(str(part) for part in command)]


@contextlib.contextmanager
def inside(namespace):
    """Sockets that this thread makes meanwhile belong to the namespace, and stay there."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path):
        with open(path) as target:
            if libc.setns(target.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"{path}: can't be entered")

    with open("/proc/thread-self/ns/net") as outside:
        enter(f"/run/netns/{namespace}")
        try:
            yield
        finally:
            libc.setns(outside.fileno(), CLONE_NEWNET)


class Emulator:
    """The running link. It knows how many bytes each address at the origin's end has sent and got."""

    def __init__(self, program, names, link, folder, congestion_control):
        path = pathlib.Path(folder) / "counters"
        path.write_bytes(bytes(8 * WAYS * ADDRESSES * COUNTS))
        self.process = subprocess.Popen(
            [str(part) for part in (program, names["edge"], names["origin"], path, *link.arguments())],
            stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            raise SystemExit("the emulated link didn't start: it needs root, and /dev/net/tun")
        with path.open("rb") as file:
            self.counters = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        origins = [ORIGIN_ADDRESS.format(FIRST_HOST + number) for number in range(HOSTS)]
        for part, addresses in (("edge", [EDGE_ADDRESS]), ("origin", origins)):
            ip = ["ip", "-n", names[part]]
            for address in addresses:
                subprocess.run([*ip, "address", "add", f"{address}/24", "dev", "wan", "noprefixroute"], check=True)
            subprocess.run([*ip, "link", "set", "wan", "mtu", "1500", "txqueuelen", "4096", "up"], check=True)
            # By the route: a namespace may not set each kind of congestion control by sysctl.
            subprocess.run([*ip, "route", "add", NETWORK, "dev", "wan", "congctl", congestion_control], check=True)

    def count(self, address):
        """Bytes so far, to the origin's end and from it, heads of IP and TCP included; packets lost, and dropped."""
        host = int(address.rpartition(".")[2])
        ways = [struct.unpack_from("4Q", self.counters, 8 * COUNTS * (way * ADDRESSES + host)) for way in range(WAYS)]
        return {"up": ways[0][0], "down": ways[1][0], "lost": ways[0][2] + ways[1][2],
                "dropped": ways[0][3] + ways[1][3]}

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
