"""The origin breaks off, lies, or says nothing, in some of its exchanges; which ones is known."""

from fault import Allow, Fault
from relay import SLOW_SECONDS

SHARE = 0.1


class OriginFault(Fault):
    """What happens to a tenth of the exchanges. Only those may fail."""

    def __init__(self, action, words, *allows, seconds=6):
        self.name, self.action, self.words, self.seconds = f"origin-{action}", action, words, seconds
        self.allows = [Allow(outcomes, why, only_hit=True) for outcomes, why in allows]

    async def inject(self, stand, phase):
        stand.origin_relay.on_hit = lambda number, action: phase.hits.setdefault(number, action)
        stand.origin_relay.do("exchanges", action=self.action, share=SHARE)

    async def mend(self, stand, phase):
        stand.origin_relay.do("clear")


class OriginKilled(Fault):
    name, words = "origin-killed", "kill -9 of the origin, started again at the end"
    allows = [Allow("502", "the origin was gone"), Allow("cut", "the origin was gone in the middle of an answer")]

    async def inject(self, stand, phase):
        stand.origin.kill()

    async def mend(self, stand, phase):
        await stand.origin.start()


BROKEN_OFF = "the origin broke off its answer"
FAULTS = [
    OriginFault("slow", f"a tenth of the answers {SLOW_SECONDS} s late"),
    OriginFault("silent", "a tenth of the requests never answered", ("504", "the origin never answered"),
                ("cut", "the rest of the answer never came"), seconds=10),
    OriginFault("reset-before", "a tenth of the connections reset as the request arrives",
                ("502", "the origin reset the connection"), ("cut", BROKEN_OFF)),
    OriginFault("reset", "a tenth of the answers reset in the middle", ("502 cut", BROKEN_OFF)),
    OriginFault("end", "a tenth of the answers ended too early by FIN", ("502 cut", BROKEN_OFF)),
    OriginFault("garbage", "a tenth of the answers are random bytes", ("502", "what the origin sent was no HTTP")),
    OriginFault("longer", "a tenth of the answers end 100 bytes before their length", ("502 cut", BROKEN_OFF)),
    OriginFault("shorter", "a tenth of the answers go on for 100 bytes after their length",
                ("502 cut", "the origin's answer didn't fit its length"),
                ("wrong", "the origin's own length cut its page")),
    OriginKilled(),
]
