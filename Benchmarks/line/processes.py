"""Processes that are started, measured and always ended: ports, processor time, memory."""

import contextlib
import os
import pathlib
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def stopping_servers():
    """Ends every server that was started inside, the last one first, however the inside ends."""
    try:
        yield
    finally:
        while Server.running:
            Server.running.pop().stop()


class Server:
    """A server in the foreground with all processes below it."""

    running = []

    def __init__(self, command, port, log):
        self.command, self.port, self.log = command, port, pathlib.Path(log)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
        Server.running.append(self)
        for _ in range(200):
            if self.process.poll() is not None:
                raise SystemExit(f"{command[0]}: ended as it started:\n{self.log.read_text()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{command[0]}: doesn't listen on port {port} after 10 s:\n{self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pids(self):
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def cpu_seconds(self):
        """User and system time so far, of every process."""
        total = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def resident_bytes(self):
        """Memory in use now; what processes share counts once."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total
