"""Processes are killed, stopped, and started again."""

import asyncio
import signal

from fault import Allow, Fault

CUT_ANSWER = Allow("cut", "the link went after the answer's head had gone out: a truncated body, told as such")
LOST_UPLOAD = Allow("527", "a POST whose link went: it is not repeated", kinds="post")


class ListenerKilled(Fault):
    allows = [CUT_ANSWER, LOST_UPLOAD]

    def __init__(self, index):
        self.index = index
        self.name = f"listener-{'ab'[index]}-killed"
        self.words = f"kill -9 of listener {'ab'[index]}, started again at the end"

    async def inject(self, stand, phase):
        stand.listeners[self.index].kill()

    async def mend(self, stand, phase):
        await stand.listeners[self.index].start()


class BothListenersKilled(Fault):
    name, words = "listeners-killed", "kill -9 of both listeners, started again at the end"
    allows = [CUT_ANSWER, LOST_UPLOAD, Allow("527", "no listener was there for 2 s, and no direct way", via="sender")]

    async def inject(self, stand, phase):
        for listener in stand.listeners:
            listener.kill()

    async def mend(self, stand, phase):
        await asyncio.gather(*(listener.start() for listener in stand.listeners))


class SenderKilled(Fault):
    name, words, seconds = "sender-killed", "kill -9 of the sender, started again at the end", 3
    allows = [Allow("refused", "nobody listened", via="sender"),
              Allow("closed cut stale", "the connection went with the sender", via="sender")]

    async def inject(self, stand, phase):
        stand.senders[0].kill()

    async def mend(self, stand, phase):
        await stand.senders[0].start()


class ListenerStopped(Fault):
    name, words, seconds = "listener-stopped", "SIGSTOP of listener a, half-open to everybody", 14
    allows = [CUT_ANSWER, LOST_UPLOAD]

    async def inject(self, stand, phase):
        stand.listeners[0].signal(signal.SIGSTOP)

    async def mend(self, stand, phase):
        stand.listeners[0].signal(signal.SIGCONT)


class ListenerRestarted(Fault):
    name, words = "listener-restarted", "SIGTERM of listener a while requests are under way, started again at the end"
    allows = []  # nothing of it lasts longer than drain.timeout

    async def inject(self, stand, phase):
        self.stopping = asyncio.ensure_future(stand.listeners[0].stop())

    async def mend(self, stand, phase):
        await self.stopping
        await stand.listeners[0].start()


FAULTS = [ListenerKilled(0), ListenerKilled(1), BothListenersKilled(), SenderKilled(), ListenerStopped(),
          ListenerRestarted()]
