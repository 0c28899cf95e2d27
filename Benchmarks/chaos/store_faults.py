"""The stores fail: nothing but savings may go."""

import asyncio
import os
import signal
import subprocess

from fault import Fault, Skip

DISK_BYTES = 64_000_000


class MemcachedFault(Fault):
    def check(self, stand):
        if stand.memcached is None:
            raise Skip("memcached isn't installed; scripts/setup --dev does it")
        if not stand.uses_memcached:
            raise Skip("these binaries have no store in memcached")


class MemcachedKilled(MemcachedFault):
    name, words = "memcached-killed", "kill -9 of memcached, started again at the end"

    async def inject(self, stand, phase):
        stand.memcached.kill()

    async def mend(self, stand, phase):
        await stand.memcached.start()


class MemcachedStopped(MemcachedFault):
    name, words = "memcached-stopped", "SIGSTOP of memcached: it is silent"

    async def inject(self, stand, phase):
        stand.memcached.signal(signal.SIGSTOP)

    async def mend(self, stand, phase):
        stand.memcached.signal(signal.SIGCONT)


class BusyMemcached(MemcachedFault):
    """Something is done to its values while the fault lasts."""

    async def inject(self, stand, phase):
        self.work = asyncio.ensure_future(asyncio.to_thread(self.harm, stand.cache, self.seconds))

    async def mend(self, stand, phase):
        phase.notes.append(f"{await self.work:,} {self.unit}")


class MemcachedFilled(BusyMemcached):
    name, words, unit = "memcached-filled", "memcached filled with junk, so that it drops pages", "bytes of junk"

    def harm(self, cache, seconds):
        return cache.fill(seconds)


class MemcachedPoisoned(BusyMemcached):
    name, words, unit = "memcached-poisoned", "all values in memcached overwritten with garbage", "values overwritten"

    def harm(self, cache, seconds):
        return cache.poison(seconds)


class DiskFull(Fault):
    name, words = "disk-full", "no room for the file store"

    def check(self, stand):
        if stand.store_file is None:
            raise Skip("these binaries have no store in a file")
        if not os.path.ismount(stand.store_file):
            raise Skip("a small disk for the store can't be mounted here (that takes root)")

    async def inject(self, stand, phase):
        self.junk = stand.store_file / "junk"
        with self.junk.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                phase.notes.append(f"{error.strerror} after {file.tell():,} bytes")

    async def mend(self, stand, phase):
        self.junk.unlink()


def mount_disk(folder):
    """A disk of its own for the file store, where that is allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0


def unmount_disk(folder):
    subprocess.run(["umount", str(folder)], capture_output=True)


FAULTS = [MemcachedKilled(), MemcachedStopped(), MemcachedFilled(), MemcachedPoisoned(), DiskFull()]
