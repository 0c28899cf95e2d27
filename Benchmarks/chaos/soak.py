"""A long steady load, and what the daemons hold meanwhile: memory, descriptors, threads."""

import asyncio
import os
import pathlib
import signal

from fault import Skip
from ledger import Ledger, Phase
from load import Load
from system_faults import Reload, Upgrade

SAMPLE_SECONDS, RELOAD_SECONDS, UPGRADE_SECONDS = 10, 60, 300
# Flat: what the line through the last three quarters of the samples grows by, over that time, is less than this.
MEMORY_SHARE, MEMORY_BYTES, DESCRIPTORS, THREADS = 0.05, 8_000_000, 16, 2


def sample(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {"memoryBytes": int(fields["VmRSS"].split()[0]) * 1024, "threads": int(fields["Threads"]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}



def growth(samples, key):
    """The least-squares line of the last three quarters: its slope per second, its growth, its mean."""
    values = [(moment, sample[key]) for moment, sample in samples[len(samples) // 4:]]
    count = len(values)
    mean_x, mean_y = sum(x for x, _ in values) / count, sum(y for _, y in values) / count
    spread = sum((x - mean_x) ** 2 for x, _ in values)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in values) / spread if spread else 0
    return slope, slope * (values[-1][0] - values[0][0]), mean_y


async def can(probe, stand, say):
    try:
        await probe.probe(stand)
        return True
    except Skip as reason:
        say(f"skipped: {reason}")
        return False


async def soak(stand, minutes, rate, say):
    """The ledger, and samples of each daemon. SIGHUP goes to all of them, SIGUSR2 to the second one of each kind only:

    a new process starts with nothing, and would hide what an old one keeps.
    """
    reloads, upgrades = await can(Reload(), stand, say), await can(Upgrade(), stand, say)
    ledger, stop = Ledger(), asyncio.Event()
    ledger.phases.append(Phase("soak"))
    loading = asyncio.ensure_future(Load(ledger, stand.ports, rate, stand.host).run(stop))
    clock = asyncio.get_running_loop().time
    start, samples = clock(), {daemon.name: [] for daemon in stand.daemons}
    tick = 0
    while clock() - start < minutes * 60:
        await asyncio.sleep(max(0, start + tick * SAMPLE_SECONDS - clock()))
        if loading.done():
            loading.result()
        for daemon in stand.daemons:
            if daemon.has_ended:
                raise SystemExit(f"{daemon.name} has ended by itself; its log says:\n{daemon.log.read_text()[-2000:]}")
            samples[daemon.name].append((clock() - start, sample(daemon.pid)))
        tick += 1
        if reloads and tick * SAMPLE_SECONDS % RELOAD_SECONDS == 0:
            for daemon in stand.daemons:
                daemon.signal(signal.SIGHUP)
        if upgrades and tick * SAMPLE_SECONDS % UPGRADE_SECONDS == 0:
            for daemon in (stand.senders[1], stand.listeners[1]):
                if not await daemon.upgrade():
                    raise SystemExit(f"{daemon.name} was not replaced within 20 s of SIGUSR2")
        if tick % 6 == 0:
            say(f"{tick * SAMPLE_SECONDS // 60} min: {ledger.requests:,} requests, {len(ledger.errors)} errors")
    stop.set()
    await loading
    ledger.phases[0].end = ledger.phases[0].start
    return ledger, samples


def holdings(samples, upgraded):
    """Rows of the report: each daemon, each figure; whether it is flat. Upgraded ones are shown without a verdict."""
    rows = []
    for name, found in samples.items():
        for key, bound in (("memoryBytes", None), ("descriptors", DESCRIPTORS), ("threads", THREADS)):
            slope, grown, mean = growth(found, key)
            limit = bound or max(MEMORY_SHARE * mean, MEMORY_BYTES)
            rows.append({"daemon": name, "figure": key, "first": found[0][1][key], "last": found[-1][1][key],
                         "max": max(sample[key] for _, sample in found), "perHour": slope * 3600, "grown": grown,
                         "limit": limit, "judged": name not in upgraded, "flat": grown <= limit})
    return rows


def show(rows):
    print(f"\n{'daemon':<12}{'figure':>14}{'first':>14}{'last':>14}{'max':>14}{'per hour':>16}  bound and verdict")
    for row in rows:
        verdict = ("flat" if row["flat"] else "GROWS") if row["judged"] else "was upgraded meanwhile"
        print(f"{row['daemon']:<12}{row['figure']:>14}{row['first']:>14,}{row['last']:>14,}{row['max']:>14,}"
              f"{row['perHour']:>16,.1f}  grown {row['grown']:,.1f} of {row['limit']:,.0f}: {verdict}")
