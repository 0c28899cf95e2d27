"""What became of each request: counts for each second, every error by itself, and which fault explains it."""

import collections
import time

OK = "ok"
SETTLING_SECONDS = 2  # the bar for recovery; errors of this time still belong to the fault


class Error:
    """A request that didn't get its page."""

    __slots__ = ("number", "kind", "via", "start", "end", "outcome", "detail", "page_number", "fault", "reason")

    def __init__(self, number, kind, via, start, end, outcome, detail, page_number):
        self.number, self.kind, self.via, self.start, self.end = number, kind, via, start, end
        self.outcome, self.detail, self.page_number = outcome, detail, page_number
        self.fault = self.reason = None

    def as_json(self):
        return {key: getattr(self, key) for key in self.__slots__}


class Phase:
    """A time with one fault, or with none; times are seconds since the epoch."""

    def __init__(self, name, fault=None):
        self.name, self.fault, self.start, self.end = name, fault, time.time(), None
        self.hits = {}  # numbers of requests that the fault met, and how
        self.notes, self.counters = [], {}
        self.outcomes, self.latencies = collections.Counter(), []

    def reaches(self, start, end):
        return start <= (self.end or time.time()) + SETTLING_SECONDS and end >= self.start


class Ledger:
    def __init__(self):
        self.phases, self.errors = [], []
        self.crossings = collections.Counter()
        self.requests = self.retried_stale = 0
        self.not_sent = 0  # for want of processor time for the load itself

    @property
    def faults(self):
        return [phase for phase in self.phases if phase.fault]

    def phase_at(self, moment):
        for phase in reversed(self.phases):
            if phase.start <= moment:
                return phase
        return self.phases[0]

    def add(self, number, kind, via, start, outcome, detail="", page_number=None):
        end = time.time()
        self.requests += 1
        phase = self.phase_at(start)
        phase.outcomes[outcome] += 1
        phase.latencies.append(end - start)
        if outcome != OK:
            self.errors.append(Error(number, kind, via, start, end, outcome, detail, page_number))

    def explain(self):
        """Gives each error the fault that it is of, where its rules allow such an error."""
        for error in self.errors:
            error.fault = error.reason = None
            for phase in self.faults:
                if not phase.reaches(error.start, error.end):
                    continue
                error.fault = phase.name
                if reason := phase.fault.explanation(error, phase):
                    error.reason = reason
                    break

    def recovery_seconds(self, phase):
        """From the fault's end to the first second from whose start on each request of it was answered."""
        failed = sorted(error.start for error in self.errors if error.start >= phase.end)
        moment = phase.end
        for start in failed:
            if start - moment >= 1:
                break
            moment = start
        return moment - phase.end if moment > phase.end else 0.0
