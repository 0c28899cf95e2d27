"""The harness itself: what it must not overlook. python3 -m unittest discover -s Benchmarks/chaos"""

import asyncio
import sys
import tempfile
import unittest

import report
from client import Client, Failure
from daemons import Process, free_port
from fault import Allow, Fault
from ledger import Ledger, Phase
from stand import HERE


class FailingOrigin(Fault):
    name = "origin-reset"
    allows = [Allow("502 cut", "the origin broke off", only_hit=True)]


def ledger_with(*errors, fault=FailingOrigin(), start=100.0, end=106.0, hits=()):
    """A ledger with one fault, and errors as (number, start, end, outcome)."""
    ledger, phase = Ledger(), Phase(fault.name, fault)
    phase.start, phase.end, phase.hits = start, end, dict.fromkeys(hits, "reset")
    ledger.phases.append(phase)
    for number, began, ended, outcome in errors:
        ledger.add(number, "page", "sender", began, outcome)
        ledger.errors[-1].end = ended
    ledger.explain()
    return ledger, phase


class Explanations(unittest.TestCase):
    def test_an_error_of_the_exchange_that_was_broken_is_explained(self):
        ledger, _ = ledger_with((7, 101, 102, "502"), hits=[7])
        self.assertEqual(ledger.errors[0].reason, "the origin broke off")

    def test_an_error_of_another_exchange_is_not(self):
        ledger, _ = ledger_with((8, 101, 102, "502"), hits=[7])
        self.assertIsNone(ledger.errors[0].reason)

    def test_another_kind_of_error_is_not(self):
        ledger, _ = ledger_with((7, 101, 102, "wrong"), hits=[7])
        self.assertIsNone(ledger.errors[0].reason)

    def test_an_error_long_after_the_fault_is_not(self):
        ledger, _ = ledger_with((7, 109, 110, "502"), hits=[7])
        self.assertIsNone(ledger.errors[0].reason)

    def test_recovery_ends_with_the_first_second_without_an_error(self):
        ledger, phase = ledger_with((1, 106.5, 107, "502"), (2, 107.25, 108, "502"), (3, 120, 121, "502"))
        self.assertEqual(ledger.recovery_seconds(phase), 1.25)

    def test_without_errors_it_takes_no_time(self):
        ledger, phase = ledger_with((1, 105, 107, "502"))
        self.assertEqual(ledger.recovery_seconds(phase), 0)


class Answers(unittest.IsolatedAsyncioTestCase):
    async def outcome(self, answer, requests=1):
        """How the last of some requests ends, at a server that answers once on a connection and closes it."""
        ended = asyncio.Event()

        async def serve(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.close()
            ended.set()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            client = Client(server.sockets[0].getsockname()[1])
            try:
                for _ in range(requests):
                    found = await client.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            except Failure as failure:
                return failure.kind
            finally:
                client.close()
                await ended.wait()
            return found.body

    async def test_a_whole_answer_is_whole(self):
        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        self.assertEqual(await self.outcome(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), b"ok")
        self.assertEqual(await self.outcome(chunks), b"ok")

    async def test_a_truncated_body_is_cut(self):
        self.assertEqual(await self.outcome(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"), "cut")
        self.assertEqual(await self.outcome(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), "cut")

    async def test_half_a_head_is_cut_and_none_is_closed(self):
        self.assertEqual(await self.outcome(b"HTTP/1.1 200 O"), "cut")
        self.assertEqual(await self.outcome(b""), "closed")

    async def test_a_kept_connection_that_ends_is_stale(self):
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.assertEqual(await self.outcome(whole, requests=2), "stale")

    async def test_a_body_whose_end_nobody_can_tell_is_malformed(self):
        self.assertEqual(await self.outcome(b"HTTP/1.1 200 OK\r\n\r\nok"), "malformed")


class Uploads(unittest.IsolatedAsyncioTestCase):
    async def test_one_that_is_carried_out_twice_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            origin = Process("origin", [sys.executable, HERE / "origin.py", port, f"{folder}/executions"], port,
                             folder)
            try:
                await origin.start()
                client = Client(port)
                for number in (1, 2, 3, 2):
                    if number == 3:  # what it did before it was killed counts too
                        origin.kill()
                        await origin.start()
                    await client.exchange(b"POST /post HTTP/1.1\r\nHost: a\r\nX-Idempotency: %d\r\n"
                                          b"Content-Length: 2\r\n\r\nok" % number)
                client.close()
                self.assertEqual(await asyncio.to_thread(report.repeated_uploads, port), (3, ["2"]))
            finally:
                Process.end_all()


if __name__ == "__main__":
    unittest.main()
