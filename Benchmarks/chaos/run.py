"""Faults in turn under the load, and what became of it."""

import asyncio
import contextlib
import pathlib
import tempfile
import time

import link_faults
import origin_faults
import process_faults
import store_faults
import system_faults
from daemons import Process, adopt_orphans
from fault import Skip
from ledger import Ledger, Phase
from load import Load
from stand import Stand

FAULTS = (process_faults.FAULTS + link_faults.FAULTS + origin_faults.FAULTS + store_faults.FAULTS
          + system_faults.FAULTS)
SHORT = ["listener-a-killed", "sender-killed", "link-cut-mid-answer", "links-cut-once", "origin-end", "origin-longer",
         "memcached-poisoned", "reload"]
EACH_MINUTE = ("reload", "upgrade")
WARM_UP_SECONDS, PAUSE_SECONDS = 5, 4


@contextlib.asynccontextmanager
async def standing(binaries, keep=None):
    """A stand that runs, with a folder for its logs; all of it is ended."""
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="railgun-chaos-") as name:
        folder = pathlib.Path(keep or name).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        stand = Stand(folder, binaries)
        has_disk = stand.store_file and store_faults.mount_disk(stand.store_file)
        try:
            await stand.start()
            await stand.settle()
            yield stand
            for process in stand.senders + stand.listeners:
                await process.stop()
        finally:
            Process.end_all()
            if has_disk:
                store_faults.unmount_disk(stand.store_file)


async def usable(stand, names, say):
    """The faults that this stand can have; the others are named with the reason."""
    found, skipped = [], {}
    for fault in FAULTS:
        if names and fault.name not in names:
            continue
        try:
            fault.check(stand)
            if hasattr(fault, "probe"):
                await fault.probe(stand)
            found.append(fault)
        except Skip as reason:
            skipped[fault.name] = str(reason)
            say(f"skipped  {fault.name}: {reason}")
    return found, skipped


def in_turn(faults, seconds_left):
    """Each fault once, and again while time is left; reload and upgrade come each minute."""
    often = [fault for fault in faults if fault.name in EACH_MINUTE and len(faults) > len(EACH_MINUTE)]
    others = [fault for fault in faults if fault not in often]
    due, is_first = seconds_left(), True
    while faults and (is_first or seconds_left() > 0):
        for fault in others:
            if due >= seconds_left():
                due -= 60
                yield from often
            if is_first or seconds_left() > 0:
                yield fault
        is_first = False


async def one_fault(stand, ledger, fault, stop):
    phase = Phase(fault.name, fault)
    ledger.phases.append(phase)
    before = await asyncio.to_thread(stand.counters)
    await fault.inject(stand, phase)
    await fault.last(stand, phase, stop)
    phase.end = time.time()  # a process that has to start again takes its time from the recovery
    await fault.mend(stand, phase)
    for process in [*stand.daemons, stand.origin, stand.origin_relay, *stand.link_relays]:
        if process.has_ended:
            phase.notes.append(f"MISSED: {process.name} has ended by itself; see its log")
            await process.start()
    ledger.phases.append(Phase("calm"))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    after = await asyncio.to_thread(stand.counters)
    # A process that was killed counts from 0 again.
    phase.counters = {key: after[key] - before[key] for key in after if after[key] > before[key]}


async def chaos(stand, seconds, rate, names, say):
    """Runs faults in turn until the time is over, each at least once; gives the ledger and what was skipped."""
    faults, skipped = await usable(stand, names, say)
    ledger, stop = Ledger(), asyncio.Event()
    ledger.phases.append(Phase("calm"))
    load = Load(ledger, stand.ports, rate, stand.host)
    loading = asyncio.ensure_future(load.run(stop))
    clock = asyncio.get_running_loop().time
    ends = clock() + seconds
    await asyncio.sleep(WARM_UP_SECONDS)
    for fault in in_turn(faults, lambda: ends - clock()):
        say(f"{fault.name}: {fault.words}")
        if loading.done():
            loading.result()
        await one_fault(stand, ledger, fault, stop)
    if clock() < ends:
        await asyncio.sleep(ends - clock())
    stop.set()
    await loading
    ledger.phases[-1].end = ledger.phases[-1].end or ledger.phases[-1].start
    ledger.explain()
    return ledger, skipped
