"""The benchmark itself: python3 -m unittest discover -s Benchmarks/wan. None of it needs root."""

import ctypes
import shutil
import subprocess
import tempfile
import unittest
import zlib

import charts
import client
import codings
import figures
import measure
import network
import origin
import pages
import picture
import report
import table

MILLISECOND = 1_000_000
CHAINS = {"railgun": "railgun", "gzip": "nginx, gzip", "brotli": "nginx, brotli", "zstd": "nginx, zstd"}


@unittest.skipUnless(shutil.which("cc"), "no C compiler")
class Emulated(unittest.TestCase):
    """The arithmetic of the link: when a packet arrives, and which are lost."""

    class Way(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("delay", "rate_kbit", "queue_bytes", "loss_ppm", "free_at")]

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.library = ctypes.CDLL(str(network.compile_emulator(folder, "-shared", "-fPIC", "-DWAN_LIBRARY")))
        cls.library.wan_arrival_ns.restype = ctypes.c_uint64

    def way(self, delay_ms, rate_mbit, queue_bytes):
        return self.Way(delay_ms * MILLISECOND, rate_mbit * 1000, queue_bytes, 0, 0)

    def arrival(self, way, now, length):
        return self.library.wan_arrival_ns(ctypes.byref(way), ctypes.c_uint64(now), ctypes.c_uint64(length))

    def test_a_packet_takes_the_delay_and_its_own_time_on_the_wire(self):
        # 1,250 bytes at 10 Mbit/s are 1 ms.
        self.assertEqual(self.arrival(self.way(40, 10, 65536), 5 * MILLISECOND, 1250), 46 * MILLISECOND)

    def test_packets_leave_one_after_the_other_at_the_rate(self):
        way = self.way(40, 10, 65536)
        self.assertEqual([self.arrival(way, 0, 1250) for _ in range(3)],
                         [41 * MILLISECOND, 42 * MILLISECOND, 43 * MILLISECOND])

    def test_a_queue_that_has_run_dry_delays_nobody(self):
        way = self.way(40, 10, 65536)
        self.arrival(way, 0, 1250)
        self.assertEqual(self.arrival(way, 9 * MILLISECOND, 1250), 50 * MILLISECOND)

    def test_a_full_queue_drops_until_something_has_left(self):
        way = self.way(40, 10, 2500)
        self.assertTrue(self.arrival(way, 1, 1250) and self.arrival(way, 1, 1250))
        self.assertEqual(self.arrival(way, 1, 1250), 0)
        self.assertEqual(self.arrival(way, 1 + MILLISECOND, 1250), 1 + 43 * MILLISECOND)

    def test_a_second_of_full_packets_is_what_the_rate_says(self):
        for rate in (2, 10, 100):
            way, sent, now = self.way(0, rate, 65536), 0, 0
            while now < 1000 * MILLISECOND:
                arrived = self.arrival(way, now, 1500)
                sent, now = sent + 1500, arrived
            self.assertAlmostEqual(sent * 8 / 1e6, rate, delta=rate / 100)

    def test_one_per_cent_of_packets_is_lost_and_none_without_loss(self):
        is_lost = lambda ppm, number: self.library.wan_is_lost(ctypes.c_uint64(ppm), ctypes.c_uint64(number))
        self.assertAlmostEqual(sum(is_lost(10_000, number) for number in range(100_000)), 1000, delta=100)
        self.assertFalse(any(is_lost(0, number) for number in range(10_000)))

    def test_the_command_says_how_it_is_used(self):
        with tempfile.TemporaryDirectory() as folder:
            found = subprocess.run([network.compile_emulator(folder)], capture_output=True, text=True)
        self.assertEqual(found.returncode, 64)
        self.assertIn("DELAY_MICROSECONDS RATE_KBIT QUEUE_BYTES LOSS_PPM", found.stderr)


class Links(unittest.TestCase):
    def test_arguments_have_the_units_of_the_emulator(self):
        self.assertEqual(network.Link(80, 10, 1).arguments(), [40_000, 10_000, 131_072, 10_000])

    def test_a_slow_link_still_has_a_queue(self):
        self.assertEqual(network.Link(20, 2, 0).queue_bytes, 131072)


class Pages(unittest.TestCase):
    def test_home_pages_are_chosen_and_half_of_their_versions(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("home-a", "shop-b"):
                (pages.pathlib.Path(folder) / name).mkdir()
                for number in range(5):
                    (pages.pathlib.Path(folder) / name / f"{number}.html").write_bytes(b"%d" % number)
            self.assertEqual(pages.read(folder, "earlier"), {"home-a": [b"0", b"1"]})
            self.assertEqual(pages.read(folder, "later"), {"home-a": [b"2", b"3", b"4"]})

    def test_series_are_spread_over_the_versions(self):
        self.assertEqual(pages.starts(14, 8, 3), [0, 3, 6])
        self.assertEqual(pages.starts(6, 8, 2), [0, 0])

    def test_a_plan_begins_each_series_with_a_first_visit(self):
        visits = list(measure.Plan(2, 2).visits({"a": [b""] * 5, "b": [b""] * 2}))
        self.assertEqual([visit[1:] for visit in visits if visit[2] == "a"], [
            (0, "a", 0, "first"), (0, "a", 1, "repeat"), (0, "a", 2, "repeat"),
            (2, "a", 2, "first"), (2, "a", 3, "repeat"), (2, "a", 4, "repeat")])
        self.assertEqual(sum(visit[2] == "b" for visit in visits), 4)

    def test_the_origin_has_a_new_version_for_each_visit(self):
        origin.VERSIONS.update(page=[b"zero", b"one", b"two"])
        ask = lambda host: origin.answer(b"GET /page HTTP/1.1\r\nHost: %b\r\n\r\n" % host).rpartition(b"\r\n\r\n")[2]
        self.assertEqual([ask(b"1.a"), ask(b"1.b"), ask(b"1.a"), ask(b"1.b")], [b"one", b"one", b"two", b"two"])


class Visits(unittest.TestCase):
    def test_codings_give_back_the_page(self):
        page = b"<p>a page</p>" * 100
        self.assertEqual(codings.unpack(zlib.compress(page, wbits=31), "gzip", len(page)), page)
        self.assertEqual(codings.unpack(codings.zstd_pack(page), "zstd", len(page)), page)
        self.assertEqual(codings.unpack(page, None, len(page)), page)

    def test_what_is_no_coding_is_refused(self):
        for coding in ("gzip", "zstd"):
            with self.assertRaises((ValueError, zlib.error)):
                codings.unpack(b"nonsense", coding, 8)

    def test_the_header_tells_how_a_page_came(self):
        self.assertEqual(client.way("5eb8a10b30 0.47 0.004536 0x33 0.1.0"), "delta")
        self.assertEqual(client.way("f85cfeead9 normal 0.015550 0x03 0.1.0"), "normal")
        self.assertIsNone(client.way(None))


def document(ours=100, theirs=1500, first=100.0):
    """A small one: repeat visits of so many bytes, first visits that take railgun so long and gzip 100 ms."""
    visits = []
    for chain in CHAINS:
        for version in range(20):
            kind = "repeat" if version else "first"
            time = first if kind == "first" and chain == "railgun" else 100.0 + version
            visits.append({"chain": chain, "series": 0, "page": "home-a", "version": version, "kind": kind,
                           "firstByteMs": 90.0, "lastByteMs": time, "up": 0,
                           "down": ours if chain == "railgun" else theirs, "lost": 0, "dropped": 0, "way": None})
    cells = [{"delayMs": 80, "rateMbit": 10, "lossPercent": 0, "queueBytes": 1, "effortChanges": 0, "visits": visits}]
    rows = figures.rows(cells, CHAINS)
    return {"date": "2020-01-01T00:00", "machine": {"cores": 2, "kernel": "6"}, "congestionControl": "cubic",
            "versions": {"nginx": "nginx/1", "railgun": "rg-sender 1"}, "chains": CHAINS, "cells": cells, "rows": rows,
            "pages": {"home-a": {"versions": 20, "meanBytes": 1000}}, "bars": figures.bars(rows, cells)}


class Figures(unittest.TestCase):
    def test_percentiles_lie_between_measured_values(self):
        values = list(range(21, 0, -1))
        self.assertEqual([figures.percentile(values, share) for share in (0, 50, 95, 100)], [1, 11, 20, 21])
        self.assertEqual(figures.percentile([4, 1], 50), 2.5)
        self.assertEqual(figures.percentile([7], 50), 7)

    def test_bars_hold_or_do_not(self):
        self.assertTrue(all(bar["holds"] for bar in document()["bars"]))
        self.assertEqual([bar["holds"] for bar in document(ours=151)["bars"]], [False, True, True, True])
        self.assertEqual([bar["holds"] for bar in document(first=106.0)["bars"]], [True, True, True, False])

    def test_links_that_lose_packets_count_together(self):
        cells = [dict(document()["cells"][0], lossPercent=1, rateMbit=rate) for rate in (2, 10)]
        found = figures.bars(figures.rows(cells, CHAINS), cells)
        self.assertEqual([bar["bar"].split(":")[0] for bar in found], ["first visits, 2 links with loss"])

    def test_the_table_has_a_line_for_each_chain_and_kind(self):
        lines = table.lines(document()["rows"], CHAINS)
        self.assertEqual([line.split()[-6:] for line in lines if line.startswith("railgun")], [
            ["1", "100", "90.0", "90.0", "100.0", "100.0"], ["19", "100", "90.0", "90.0", "110.0", "118.1"]])


    def test_a_document_gets_the_figures_between_its_marks(self):
        page = f"before\n{table.START} Only so. -->\nold\n{table.END}. -->\nafter\n"
        found = table.between_marks(page, table.section(document(), "Busy."))
        self.assertEqual(table.between_marks(found, "old\n"), page)
        for words in ("| 80 ms, 10 Mbit/s | 1 first | 100 | 100 / 100 |", "nginx/1: 1 home pages of 1 kB", "\nBusy.\n"):
            self.assertIn(words, found)
        missed = table.section(document(ours=151), "")
        self.assertIn("(missed) | 10 |", missed)


class Drawn(unittest.TestCase):
    def test_figures_are_written_short(self):
        self.assertEqual([charts.byte_words(count) for count in (950, 1234, 35_520, 2_000_000)],
                         ["950 B", "1.2 kB", "36 kB", "2.0 MB"])

    def test_report_and_picture_have_the_figures_and_load_nothing(self):
        page, drawn = report.make(document()), picture.draw(document())
        for text in (page, drawn):
            self.assertIn("15.0× fewer bytes than with brotli", text)
            self.assertNotIn("http", text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", ""))

    def test_a_busy_machine_is_told(self):
        busy = document()
        busy["cells"][0]["effortChanges"] = 1
        self.assertIn("too busy", report.make(busy))
        self.assertNotIn("too busy", report.make(document()))


if __name__ == "__main__":
    unittest.main()
