"""The link between senders and listeners breaks, while both processes live."""

import random

from fault import Allow, Fault, RepeatedFault
from process_faults import CUT_ANSWER, LOST_UPLOAD


class LinkFault(Fault):
    """A command to some of the link's relays."""

    allows = [CUT_ANSWER, LOST_UPLOAD]

    def __init__(self, name, words, command, relays=(0,), seconds=6, allows=None):
        self.name, self.words, self.command, self.relays, self.seconds = name, words, command, relays, seconds
        self.allows = self.allows if allows is None else allows

    async def inject(self, stand, phase):
        for index in self.relays:
            stand.link_relays[index].do(**self.command())

    async def mend(self, stand, phase):
        for index in self.relays:
            stand.link_relays[index].do("clear")


class RepeatedLinkFault(RepeatedFault, LinkFault):
    pass


def cut(how, smallest=0, largest=0):
    return lambda: {"do": "cut", "how": how, "after": random.randint(smallest, largest)}


BOTH = (0, 1)
NO_LINK = Allow("527", "both ways to a listener were cut again and again", via="sender")

FAULTS = [
    RepeatedLinkFault("link-reset", "all connections of link a reset, each second", cut("reset")),
    RepeatedLinkFault("link-ended", "all connections of link a ended by FIN, each second", cut("end")),
    RepeatedLinkFault("link-cut-mid-answer", "connections of link a reset after up to 100 kB of answers, each second",
                      cut("reset", 1, 100_000)),
    LinkFault("links-cut-once", "all connections of both links reset, once", cut("reset"), BOTH, seconds=3,
              allows=[CUT_ANSWER, LOST_UPLOAD, Allow("527", "the other link was cut as its one repeat was under way",
                                                     via="sender")]),
    RepeatedLinkFault("links-cut-mid-answer", "both links reset after up to 100 kB of answers, each second",
                      cut("reset", 1, 100_000), BOTH, allows=[CUT_ANSWER, LOST_UPLOAD, NO_LINK]),
    LinkFault("link-half-open", "link a forwards nothing, and nobody is told", lambda: {"do": "freeze"}, seconds=14),
    LinkFault("links-half-open", "both links forward nothing, and nobody is told", lambda: {"do": "freeze"}, BOTH,
              seconds=14, allows=[CUT_ANSWER, LOST_UPLOAD, Allow("527", "no link answered", via="sender")]),
    LinkFault("links-slow", "both links with 100 ms of delay each way", lambda: {"do": "delay", "seconds": 0.1}, BOTH,
              allows=[]),
    LinkFault("links-narrow", "each connection of both links carries 1 MB/s", lambda: {"do": "rate", "bytes": 1e6},
              BOTH, allows=[]),
    RepeatedLinkFault("link-garbage", "random bytes into each connection of link a, each second",
                      lambda: {"do": "garbage"}),
]
