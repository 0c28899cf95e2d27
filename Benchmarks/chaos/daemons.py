"""Processes of the stand: started, broken, and always ended, each by its own number."""

import asyncio
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """An upgraded daemon is a child of the old one: when that ends, it becomes ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """A process that listens on a port."""

    running = []

    def __init__(self, name, command, port, folder, environment=None, pipes=False):
        self.name, self.command, self.port = name, [str(part) for part in command], port
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.environment = {**os.environ, **(environment or {})}
        self.pipes, self.popen, self.successors = pipes, None, []
        self.pid_file = pathlib.Path(folder) / f"{name}.pid"

    @property
    def pid(self):
        """Of the process that serves now: an upgrade writes its own number to the file."""
        if self.successors:
            return self.successors[-1]
        return self.popen.pid

    def spawn(self):
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                self.command, env=self.environment, stderr=output,
                stdin=subprocess.PIPE if self.pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.pipes else output)
        self.successors = []
        if self not in Process.running:
            Process.running.append(self)

    async def start(self, seconds=20):
        self.spawn()
        ends = time.monotonic() + seconds
        while not answers(self.port):
            if self.popen.poll() is not None:
                raise SystemExit(f"{self.name} ended as it started:\n{self.log.read_text()[-2000:]}")
            if time.monotonic() > ends:
                raise SystemExit(f"{self.name} doesn't listen on port {self.port} after {seconds} s")
            await asyncio.sleep(0.02)

    def signal(self, number):
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        """kill -9, and its end awaited."""
        self.signal(signal.SIGKILL)
        self.reap()

    def reap(self):
        if not self.successors:
            self.popen.wait()
            return
        for pid in self.successors:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass

    @property
    def has_ended(self):
        return not pathlib.Path(f"/proc/{self.pid}").exists() or state(self.pid) == "Z"

    async def stop(self, seconds=40):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        ends = time.monotonic() + seconds
        while not self.has_ended and time.monotonic() < ends:
            self.popen.poll()
            await asyncio.sleep(0.05)
        if not self.has_ended:
            self.signal(signal.SIGKILL)
        self.reap()

    async def upgrade(self, seconds=20):
        """SIGUSR2: True once another process has written its number to the file."""
        old = self.pid
        self.signal(signal.SIGUSR2)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.popen.poll()
            try:
                pid = int(self.pid_file.read_text())
            except (OSError, ValueError):
                pid = old
            if pid != old and pathlib.Path(f"/proc/{pid}").exists():
                self.successors.append(pid)
                return True
            await asyncio.sleep(0.05)
        return False

    def pids(self):
        """The process, and the old ones that still drain."""
        return [pid for pid in [self.popen.pid, *self.successors]
                if pathlib.Path(f"/proc/{pid}").exists() and state(pid) != "Z"]

    @classmethod
    def end_all(cls):
        while cls.running:
            process = cls.running.pop()
            for pid in process.pids():
                os.kill(pid, signal.SIGKILL)
            process.reap()


def state(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "Z"


class Daemon(Process):
    """rg-sender or rg-listener: with statistics."""

    def __init__(self, name, program, folder, port, settings, environment=None):
        self.statistics_port = free_port()
        self.conf = pathlib.Path(folder) / f"{name}.conf"
        super().__init__(name, [program, "--config", self.conf], port, folder, environment)
        self.settings = {**settings, "stats.listen": f"127.0.0.1:{self.statistics_port}", "log.level": "1",
                         "pid.file": self.pid_file}
        self.write_settings()

    def write_settings(self):
        self.conf.write_text("".join(f"{key} = {value}\n" for key, value in self.settings.items()))

    def check(self, **more):
        """What --check says to further settings: the exit code and its words."""
        probe = self.conf.with_suffix(".probe")
        probe.write_text("".join(f"{key} = {value}\n" for key, value in {**self.settings, **more}.items()))
        found = subprocess.run([self.command[0], "--config", probe, "--check"], capture_output=True, text=True)
        return found.returncode, found.stdout + found.stderr

    def statistics(self):
        """The JSON document; empty where the daemon doesn't answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.statistics_port}/", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}
