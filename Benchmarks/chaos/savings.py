"""What share of the bytes a line saves: after a restart, and with two listeners behind a balancer."""

import asyncio
import collections
import random
import time

import line
from client import Client, Failure
from pages import digest

PAGES, RATE = 2000, 200
WARM_UP_SECONDS, MEASURED_SECONDS, RESTART_SECONDS = 15, 15, 10
BAR = 0.95


class Unknown(Exception):
    """These binaries have no such store."""


class Visits:
    """A steady stream of visits to many small pages, each of which changes every second."""

    def __init__(self, port):
        self.client, self.random, self.failures = Client(port), random.Random(1), collections.Counter()

    async def visit(self, number):
        request = f"GET /many/{number} HTTP/1.1\r\nHost: site.test\r\n\r\n".encode()
        try:
            answer = await self.client.exchange(request)
        except Failure as failure:
            self.failures[failure.kind] += 1
            return
        if answer.status != 200:
            self.failures[str(answer.status)] += 1
        elif digest(answer.body) != answer.fields["x-body-sha256"]:
            raise SystemExit(f"/many/{number}: wrong bytes")

    async def all(self):
        """Each page once."""
        async def some(first):
            for number in range(first, PAGES, 8):
                await self.visit(number)
        await asyncio.gather(*map(some, range(8)))

    async def steadily(self, seconds):
        """Requests on schedule, whether or not earlier ones are answered."""
        tasks, due, ends = [], time.monotonic(), time.monotonic() + seconds
        while due < ends:
            tasks.append(asyncio.ensure_future(self.visit(self.random.randrange(PAGES))))
            due += 1 / RATE
            await asyncio.sleep(max(0, due - time.monotonic()))
        await asyncio.gather(*tasks)


def counted(sender):
    """Bytes of bodies to visitors, and bytes of the link both ways, so far."""
    document = sender.statistics()
    return document["client_bytes_sent"], document["wan_bytes_sent"] + document["wan_bytes_received"]


def share(before, after):
    bodies, link = (new - old for old, new in zip(before, after))
    return 1 - link / bodies if bodies else 0.0


async def steady_share(sender, visits):
    """The share that is saved once each page is known."""
    await visits.all()
    await visits.steadily(WARM_UP_SECONDS)
    before = counted(sender)
    await visits.steadily(MEASURED_SECONDS)
    return share(before, counted(sender))


async def restarted(binaries, stores):
    """Shares before both ends were killed, and in each second after they listen again."""
    async with line.running(binaries, stores=stores) as running:
        visits = Visits(running.sender.port)
        steady = await steady_share(running.sender, visits)
        for daemon in running.daemons:
            daemon.kill()
        for daemon in running.daemons:
            await daemon.start()
        visits = Visits(running.sender.port)
        # From the first byte on: the link's handshake counts too.
        seconds, before, first = [], (0, 0), (0, 0)
        for _ in range(RESTART_SECONDS):
            await visits.steadily(1)
            after = counted(running.sender)
            seconds.append(share(before, after))
            before = after
        return {"steady": steady, "seconds": seconds, "mean": share(first, before), "failures": dict(visits.failures)}


async def restart(binaries):
    """With files and, to compare, without."""
    probe = {}
    async with line.running(binaries) as running:
        for daemon in running.daemons:
            code, words = daemon.check(**{"store.file": running.folder / "probe.store"})
            if code:
                probe[daemon.name] = words.strip()
    if probe:
        raise Unknown(f"these binaries have no store in a file: {probe}")
    return {"with files": await restarted(binaries, True), "without": await restarted(binaries, False)}


async def balanced(binaries):
    """One listener; two behind HAProxy with a shared memcached; the same without it."""
    async with line.running(binaries, memcached=bool(line.MEMCACHED)) as running:
        code, words = running.listeners[0].check()
        has_memcached = line.MEMCACHED and code == 0 and "memcached" not in words
    found = {}
    kinds = {"one listener": {}, "two behind HAProxy": {"listeners": 2, "balanced": True}}
    if has_memcached:
        kinds["two behind HAProxy, memcached"] = {"listeners": 2, "balanced": True, "memcached": True}
    for name, options in kinds.items():
        async with line.running(binaries, **options) as running:
            visits = Visits(running.sender.port)
            found[name] = {"steady": await steady_share(running.sender, visits), "failures": dict(visits.failures)}
    return found


def show_restart(found):
    """Prints the table; whether the bar holds."""
    print(f"\nshare of bytes saved: {PAGES:,} pages of 8 kB, {RATE} visits/s; both ends killed and started again\n")
    print(f"{'':<14}{'before':>9}" + "".join(f"{number + 1:>7} s" for number in range(RESTART_SECONDS))
          + f"{'mean':>9}  failed")
    for name, row in found.items():
        print(f"{name:<14}{row['steady']:>9.2%}" + "".join(f"{value:>9.2%}" for value in row["seconds"])
              + f"{row['mean']:>9.2%}  {row['failures'] or 'none'}")
    row = found["with files"]
    figure = row["seconds"][-1] / row["steady"]
    holds = figure >= BAR and not row["failures"]
    print(f"\n{'holds' if holds else 'MISSED':>8}  {BAR:.0%} of the savings are back in second {RESTART_SECONDS}: "
          f"{figure:.1%}")
    return holds


def show_balanced(found):
    """Prints the table; whether the bar holds."""
    print(f"\nshare of bytes saved: {PAGES:,} pages of 8 kB, {RATE} visits/s\n")
    alone = found["one listener"]["steady"]
    for name, row in found.items():
        print(f"{name:<32}{row['steady']:>9.2%}{row['steady'] / alone:>9.1%} of one listener's; "
              f"failed: {row['failures'] or 'none'}")
    shared = found.get("two behind HAProxy, memcached")
    if shared is None:
        print("\n skipped  a shared memcached: it isn't installed, or these binaries have no store in it")
        return True
    holds = shared["steady"] / alone >= BAR
    print(f"\n{'holds' if holds else 'MISSED':>8}  two listeners with memcached save {BAR:.0%} of what one saves")
    return holds
