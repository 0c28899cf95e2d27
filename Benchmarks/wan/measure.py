"""Visits over one link: each chain in turn, so that whatever else the machine does meets all of them."""

import contextlib
import pathlib
import time

import chains
import pages
from client import Visitor
from network import Emulator
from processes import stopping

WARMING_VISITS = 4
SETTLING_SECONDS = 0.3


class Plan:
    """How much is visited: on each page, series of a first visit with cold stores and some more."""

    def __init__(self, series, repeats):
        self.series, self.repeats = series, repeats

    def visits(self, versions):
        """(series, page, version, kind) in order; pages take turns."""
        starts = {name: pages.starts(len(found), self.repeats + 1, self.series) for name, found in versions.items()}
        for series in range(self.series):
            for step in range(self.repeats + 1):
                for name, found in versions.items():
                    start = starts[name][series]
                    if start + step < len(found):
                        yield series, start, name, start + step, "repeat" if step else "first"


class Stand:
    """Everything between client and origin, made anew for a link, so that nothing is left from another one."""

    def __init__(self, names, program, binaries, congestion_control, link, folder, versions):
        self.names, self.program, self.binaries = names, program, binaries
        self.congestion_control, self.link, self.folder, self.versions = congestion_control, link, folder, versions

    @contextlib.contextmanager
    def standing(self):
        with stopping([]) as running, contextlib.ExitStack() as closing:
            self.emulator = Emulator(self.program, self.names, self.link, self.folder, self.congestion_control)
            running.append(self.emulator)
            chains.start(self.names, self.binaries, self.folder, running)
            self.visitors = [Visitor(self.names["edge"], chain, self.versions) for chain in chains.CHAINS]
            for visitor in self.visitors:
                closing.callback(visitor.close)
            yield self

    def warm_up(self, label):
        """Opens the connections and their congestion windows, with whole pages."""
        longest = max(self.versions, key=lambda name: len(self.versions[name][0]))
        for number in range(WARMING_VISITS):
            for visitor in self.visitors:
                visitor.visit(f"0.warm-{label}-{number}.{visitor.chain.key}.test", longest, 0)

    def settle(self):
        """Waits until nothing is on the way."""
        time.sleep(SETTLING_SECONDS + 2 * self.link.delay_ms / 1000)

    def measure(self, plan, label):
        """Each visit with its times, and the bytes both ways from its start to the chain's next one."""
        self.warm_up(label)
        self.settle()
        found, last = [], {}

        def close(chain):
            now = self.emulator.count(chain.address)
            if chain.key in last:
                before, visit = last.pop(chain.key)
                visit.update({key: now[key] - before[key] for key in now})
            return now

        for number, (series, start, name, version, kind) in enumerate(plan.visits(self.versions)):
            turn = number % len(self.visitors)
            for visitor in self.visitors[turn:] + self.visitors[:turn]:
                chain = visitor.chain
                before = close(chain)
                visit = {"chain": chain.key, "series": series, "page": name, "version": version, "kind": kind}
                visit |= visitor.visit(f"{start}.{label}-{series}.{chain.key}.test", name, version)
                found.append(visit)
                last[chain.key] = before, visit
        self.settle()
        for visitor in self.visitors:
            close(visitor.chain)
        return found


def measure(stand_for, links, folder, plan_for, say):
    """A list of cells: the link, and what was measured on it."""
    cells = []
    for number, link in enumerate(links):
        began = time.monotonic()
        below = pathlib.Path(folder) / f"cell-{number}"
        below.mkdir(mode=0o755)
        with stand_for(link, below).standing() as stand:
            visits = stand.measure(plan_for(link), number)
            changes = chains.effort_changes(stand.names["origin"])
        say(f"{number + 1} of {len(links)}: {link}: {len(visits)} visits in {time.monotonic() - began:.0f} s")
        cells.append({"delayMs": link.delay_ms, "rateMbit": link.rate_mbit, "lossPercent": link.loss_percent,
                      "queueBytes": link.queue_bytes, "effortChanges": changes, "visits": visits})
    return cells
