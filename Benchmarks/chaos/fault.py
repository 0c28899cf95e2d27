"""A fault: what it does, how it is mended, and which errors it explains."""

import asyncio

STREAMS = {"events", "download"}
BREAKS = {"closed", "cut", "stale"}


class Skip(Exception):
    """This machine or these binaries can't have the fault; the reason is reported."""


class Allow:
    """Errors of some outcomes, for some kinds of requests, and why."""

    def __init__(self, outcomes, why, kinds=None, via=None, only_hit=False):
        self.outcomes, self.why = set(outcomes.split()) if isinstance(outcomes, str) else set(outcomes), why
        self.kinds, self.via, self.only_hit = kinds and set(kinds.split()), via, only_hit

    def explains(self, error, phase):
        return (error.outcome in self.outcomes and (not self.kinds or error.kind in self.kinds)
                and (not self.via or error.via == self.via) and (not self.only_hit or error.number in phase.hits))


class Fault:
    """One row of the table. `seconds` is how long it lasts; a subclass breaks and mends the stand."""

    name, words, seconds = "", "", 6
    allows = []

    def explanation(self, error, phase):
        for allow in self.allows:
            if allow.explains(error, phase):
                return allow.why
        return None

    def check(self, stand):
        """Raises Skip where it can't be had."""

    async def inject(self, stand, phase):
        raise NotImplementedError

    async def last(self, stand, phase, stop):
        """While it lasts; for faults that go on breaking."""
        try:
            await asyncio.wait_for(stop.wait(), self.seconds)
        except TimeoutError:
            pass

    async def mend(self, stand, phase):
        raise NotImplementedError


class RepeatedFault(Fault):
    """One that is injected again at each interval."""

    interval_seconds = 1

    async def last(self, stand, phase, stop):
        for _ in range(int(self.seconds / self.interval_seconds)):
            try:
                await asyncio.wait_for(stop.wait(), self.interval_seconds)
                return
            except TimeoutError:
                await self.inject(stand, phase)
