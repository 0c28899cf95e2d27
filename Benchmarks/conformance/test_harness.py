"""The harness itself: what it must not overlook. python3 -m unittest discover -s Benchmarks/conformance"""

import contextlib
import socket
import threading
import unittest

import h2cases
import hpackcases
import report
import slow
import wscases
from h2suite import Case, answered, closed, connection_error, malformed, run_case, stream_error
from h2wire import (ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PREFACE, RST_STREAM, SETTINGS, block, frame)

HEAD = frame(HEADERS, END_HEADERS, 1, block((":status", "200")))


@contextlib.contextmanager
def server(*answers, stays=False):
    """One that says this once the preface came, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def serve():
            one = listening.accept()[0]
            with one:
                while len(one.recv(65536)) < len(PREFACE):
                    pass
                one.sendall(frame(SETTINGS, 0, 0) + frame(SETTINGS, ACK, 0) + b"".join(answers))
                one.shutdown(socket.SHUT_WR) if not stays else done.wait(10)
                while not stays and one.recv(65536):
                    pass

        running = threading.Thread(target=serve, daemon=True)
        running.start()
        yield listening.getsockname()[1]
        done.set()
        running.join()


def fault(expect, *answers, stays=False, steps=()):
    with server(*answers, stays=stays) as port:
        return run_case(Case("0", "", steps, expect), port, tls=False, seconds=0.5)


class Verdicts(unittest.TestCase):
    def test_an_answer_passes_only_with_its_body(self):
        answer = HEAD + frame(DATA, END_STREAM, 1, b"ab")
        self.assertIsNone(fault(answered(body=b"ab"), answer))
        self.assertIn("bytes of a body", fault(answered(body=b"abc"), answer))
        self.assertIn("answered 200", fault(answered(status=204), answer))

    def test_an_answer_is_no_stream_error(self):
        answer = HEAD + frame(DATA, END_STREAM, 1, b"ab")
        self.assertIn("answered 200", fault(stream_error("PROTOCOL_ERROR"), answer))
        self.assertIn("answered 200", fault(malformed(), answer))

    def test_a_refusal_is_one_for_malformed_requests_only(self):
        answer = frame(HEADERS, END_HEADERS | END_STREAM, 1, block((":status", "400")))
        self.assertIsNone(fault(malformed(), answer, stays=True))
        self.assertIn("no stream error", fault(stream_error("PROTOCOL_ERROR"), answer, stays=True))

    def test_errors_have_to_have_the_right_code(self):
        reset = frame(RST_STREAM, 0, 1, bytes([0, 0, 0, 1]))
        self.assertIsNone(fault(stream_error("PROTOCOL_ERROR"), reset))
        self.assertIn("not STREAM_CLOSED", fault(stream_error("STREAM_CLOSED"), reset))

    def test_a_connection_error_closes_the_connection(self):
        goaway = frame(GOAWAY, 0, 0, bytes([0, 0, 0, 0, 0, 0, 0, 1]))
        self.assertIsNone(fault(connection_error("PROTOCOL_ERROR"), goaway))
        self.assertIn("stays open", fault(connection_error("PROTOCOL_ERROR"), goaway, stays=True))
        self.assertIn("no connection error", fault(connection_error("PROTOCOL_ERROR"), stays=True))
        self.assertIn("stays open", fault(closed, stays=True))


class Tables(unittest.TestCase):
    def test_no_case_has_the_number_of_another(self):
        for cases in (h2cases.CASES + hpackcases.CASES, wscases.CASES):
            ids = [case.id for case in cases]
            self.assertEqual(sorted(ids), sorted(set(ids)))

    def test_frames_of_websockets_are_found_again(self):
        sent = b"".join(wscases.frame(wscases.TEXT, b"*" * size, masked=False) for size in (5, 200, 70_000))
        self.assertEqual(wscases.frames(sent), [(1, b"*" * 5), (1, b"*" * 200), (1, (70_000, b"*" * 8, b"*" * 8))])


class Scores(unittest.TestCase):
    rows = [{"id": "1", "words": "", "fault": None}, {"id": "2", "words": "", "fault": "x"},
            {"id": "3", "words": "", "fault": "not applicable"}]

    def test_what_cannot_be_asked_does_not_count(self):
        self.assertEqual(report.score(self.rows), (1, 2))

    def test_a_lower_score_than_that_of_nginx_fails(self):
        held = report.bars({"TLS": {"railgun": self.rows, "nginx": self.rows[:1]}})
        self.assertEqual([bar["holds"] for bar in held], [False])

    def test_a_suite_without_rows_of_ours_fails(self):
        self.assertFalse(report.bars({"TLS": {"railgun": [], "nginx": self.rows}})[0]["holds"])

    def test_an_attack_without_a_report_fails(self):
        rows = slow.summary("slowloris", "", [], "")
        self.assertTrue(all(row["fault"] for row in rows))


if __name__ == "__main__":
    unittest.main()
