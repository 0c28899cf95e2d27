"""Many requests while the daemons are reloaded and replaced: none may fail."""

import asyncio
import json
import pathlib
import signal
import time

import line
from fault import Skip
from system_faults import Reload, Upgrade

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS, ROUND_SECONDS, SIGNAL_SECONDS, TIMEOUT_SECONDS = 32, 10, 2, 40


async def wrk(port, path):
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{ROUND_SECONDS}s", "--timeout", f"{TIMEOUT_SECONDS}s",
        "--latency", "-s", HERE.parent / "line/report.lua", f"http://127.0.0.1:{port}{path}",
        stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return json.loads(output.splitlines()[-1])


class Stand:
    """What the probes of the faults look at."""

    def __init__(self, running):
        self.listeners = running.listeners


async def signals(running, can_reload, can_upgrade, sent):
    """SIGHUP to all, then SIGUSR2 to one after the other."""
    turn = 0
    while True:
        await asyncio.sleep(SIGNAL_SECONDS)
        if can_reload:
            for daemon in running.daemons:
                daemon.signal(signal.SIGHUP)
            sent["SIGHUP"] += len(running.daemons)
        if can_upgrade:
            await asyncio.sleep(SIGNAL_SECONDS)
            daemon = running.daemons[turn % len(running.daemons)]
            if not await daemon.upgrade():
                raise SystemExit(f"{daemon.name} was not replaced within 20 s of SIGUSR2")
            sent["SIGUSR2"] += 1
            turn += 1


def warnings(daemons, most=20):
    """What the logs say of failures, the last lines."""
    lines = [f"{daemon.name}: {line}" for daemon in daemons for line in daemon.log.read_text().splitlines()
             if " info " not in line[:40]]
    return sorted(lines, key=lambda line: line.split(" ")[1])[-most:]


async def load(binaries, requests, seconds, say):
    """At least so many requests, for at least so long: failures, and what was sent; the signals that do nothing."""
    async with line.running(binaries, listeners=2) as running:
        able, skipped = {}, {}
        for name, fault in (("SIGHUP", Reload()), ("SIGUSR2", Upgrade())):
            try:
                await fault.probe(Stand(running))
                able[name] = True
            except Skip as reason:
                skipped[name] = str(reason)
                say(f"skipped: {reason}")
        sent, done, failed = {"SIGHUP": 0, "SIGUSR2": 0}, 0, 0
        sending = asyncio.ensure_future(signals(running, "SIGHUP" in able, "SIGUSR2" in able, sent)) if able else None
        ends = time.monotonic() + seconds
        try:
            while done < requests or time.monotonic() < ends:
                result = await wrk(running.sender.port, "/page/7")
                done, failed = done + result["requests"], failed + result["failures"]
                say(f"{done:,} requests, {failed} failed")
                if sending and sending.done():
                    sending.result()
        finally:
            if sending:
                sending.cancel()
        return {"requests": done, "failed": failed, "signals": sent, "skipped": skipped,
                "log": warnings(running.daemons) if failed else []}
