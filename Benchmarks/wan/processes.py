"""Servers in a namespace: started, awaited, always ended."""

import contextlib
import pathlib
import socket
import subprocess
import time

from network import inside, within


@contextlib.contextmanager
def stopping(running):
    """Ends all that is in the list, the last one first, however the inside ends."""
    try:
        yield running
    finally:
        while running:
            running.pop().stop()


class Server:
    """A server in the foreground, which listens on an address of its namespace."""

    def __init__(self, namespace, command, address, port, log):
        self.namespace, self.command, self.address = namespace, command, (address, port)
        self.log = pathlib.Path(log)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(within(namespace, *command), stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL)

    def wait(self, seconds=20):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.command[0]}: ended as it started:\n{self.log.read_text()}")
            try:
                with inside(self.namespace):
                    socket.create_connection(self.address, timeout=1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{self.command[0]}: doesn't listen on {self.address}:\n{self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
