#!/usr/bin/env python3
"""A TCP relay that breaks things on command, one command in JSON on each line of standard input.

    relay.py LISTEN-PORT TARGET-PORT

Whole connections: {"do": "cut", "how": "reset"|"end", "after": BYTES}, {"do": "freeze"}, {"do": "thaw"},
{"do": "delay", "seconds": S}, {"do": "rate", "bytes": B}, {"do": "garbage"}. {"do": "clear"} ends all that lasts.
Single exchanges of plain HTTP with the origin: {"do": "exchanges", "action": A, "share": 0…1}. What met a fault is told
on standard output: the number of the request (its X-Chaos-Id) and the action.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import socket
import struct
import sys

ID = re.compile(rb"x-chaos-id: *(\d+)\r\n", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
QUEUE_PIECES, PIECE_BYTES = 64, 65_536
SLOW_SECONDS = 3


class Faults:
    """What is broken now."""

    def __init__(self):
        self.thawed, self.delay, self.rate, self.action, self.share = asyncio.Event(), 0, None, None, 0
        self.thawed.set()

    def clear(self):
        self.thawed.set()
        self.delay, self.rate, self.action = 0, None, None


class Connection:
    """One connection through the relay, with a way in each direction."""

    def __init__(self, faults, client, target):
        self.faults, self.client, self.target = faults, client, target
        self.cut_after = None  # bytes of answers until it is cut
        self.cut_how = None
        self.hit = None  # what happens to the exchange under way
        self.tail = b""
        self.remaining = None  # of the answer's body, for lengths that lie

    async def run(self):
        """Until one direction has failed, or both have ended."""
        ways = [asyncio.ensure_future(self.way(self.client[0], self.target[1], self.request)),
                asyncio.ensure_future(self.way(self.target[0], self.client[1], self.answer))]
        try:
            await asyncio.gather(*ways)
        except (OSError, asyncio.CancelledError):
            self.abort()
        finally:
            for way in ways:
                way.cancel()
            for _, writer in (self.client, self.target):
                writer.close()

    async def way(self, reader, writer, change):
        queue = asyncio.Queue(QUEUE_PIECES)

        async def read():
            clock = asyncio.get_running_loop().time
            while True:
                await self.faults.thawed.wait()
                data = await reader.read(PIECE_BYTES)
                await queue.put((clock() + self.faults.delay, data))
                if not data:
                    return

        async def write():
            clock = asyncio.get_running_loop().time
            while True:
                due, data = await queue.get()
                await asyncio.sleep(due - clock()) if due > clock() else None
                await self.faults.thawed.wait()
                if not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                if self.faults.rate:
                    await asyncio.sleep(len(data) / self.faults.rate)
                data = await change(data)
                if data:
                    writer.write(data)
                    await writer.drain()

        tasks = [asyncio.ensure_future(read()), asyncio.ensure_future(write())]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def request(self, data):
        """Finds the number of a new request, and whether a fault meets it."""
        if found := ID.search(self.tail + data):
            self.hit, self.remaining = None, None
            if self.faults.action and random.random() < self.faults.share:
                self.hit = self.faults.action
                print(found[1].decode(), self.hit, flush=True)
                if self.hit == "reset-before":
                    self.abort()
                    raise ConnectionResetError
        self.tail = b"" if found else (self.tail + data)[-40:]
        return data

    async def answer(self, data):
        if self.cut_how is not None:
            if len(data) >= self.cut_after:
                self.client[1].write(data[:self.cut_after])
                await self.break_off(self.cut_how)
            self.cut_after -= len(data)
        if self.hit is None:
            return data
        if self.hit == "silent":
            return b""
        if self.hit == "slow":
            self.hit = None
            await asyncio.sleep(SLOW_SECONDS)
            return data
        if self.hit in ("reset", "end"):
            how, self.hit = self.hit, None
            self.client[1].write(data[:random.randrange(1, len(data) + 1)])
            await self.break_off(how)
        if self.hit == "garbage":
            self.client[1].write(random.randbytes(random.randrange(1, 4000)))
            await self.break_off("end")
        return await self.lie(data)

    async def lie(self, data):
        """A length that is too long is never reached: the connection ends. After one too short, bytes are left over."""
        if self.remaining is None:
            length = LENGTH.search(data)
            if not length or b"\r\n\r\n" not in data:
                return data
            true = int(length[1])
            told = true + 100 if self.hit == "longer" else max(0, true - 100)
            self.remaining = true + data.index(b"\r\n\r\n") + 4
            changed = data[:length.start(1)] + b"%d" % told + data[length.end(1):]
        else:
            changed = data
        self.remaining -= len(data)
        if self.hit == "longer" and self.remaining <= 0:
            self.client[1].write(changed)
            await self.break_off("end")
        return changed

    async def break_off(self, how):
        if how == "end":
            await self.client[1].drain()
            self.client[1].close()
            self.target[1].transport.abort()
        else:
            self.abort()
        raise ConnectionResetError

    def abort(self):
        """Both peers see a reset."""
        for _, writer in (self.client, self.target):
            if connection := writer.get_extra_info("socket"):
                try:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                except OSError:
                    pass
            writer.transport.abort()

    def garble(self):
        for _, writer in (self.client, self.target):
            with contextlib.suppress(RuntimeError):  # its end was passed on already
                writer.write(random.randbytes(random.randrange(20, 2000)))


class Relay:
    def __init__(self, target_port):
        self.target_port, self.faults, self.connections = target_port, Faults(), set()

    async def accept(self, reader, writer):
        await self.faults.thawed.wait()
        try:
            target = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        connection = Connection(self.faults, (reader, writer), target)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)

    def obey(self, command):
        name = command["do"]
        if name == "clear":
            self.faults.clear()
            for connection in self.connections:
                connection.cut_how = None
        elif name == "freeze":
            self.faults.thawed.clear()
        elif name == "thaw":
            self.faults.thawed.set()
        elif name == "delay":
            self.faults.delay = command["seconds"]
        elif name == "rate":
            self.faults.rate = command["bytes"]
        elif name == "exchanges":
            self.faults.action, self.faults.share = command["action"], command["share"]
        elif name == "garbage":
            for connection in list(self.connections):
                connection.garble()
        elif name == "cut":
            for connection in list(self.connections):
                if command["after"]:
                    connection.cut_how, connection.cut_after = command["how"], command["after"]
                elif command["how"] == "end":
                    connection.client[1].close()
                    connection.target[1].close()
                else:
                    connection.abort()


async def main():
    port, target_port = map(int, sys.argv[1:])
    relay, commands = Relay(target_port), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    server = await asyncio.start_server(relay.accept, "127.0.0.1", port, backlog=1024)
    async with server:
        while line := await commands.readline():
            relay.obey(json.loads(line))
    os._exit(0)  # the harness is gone


if __name__ == "__main__":
    asyncio.run(main())
