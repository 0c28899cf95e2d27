"""What a site needs follows from what was measured. python3 -m unittest discover -s Benchmarks/sizing"""

import copy
import importlib.machinery
import importlib.util
import pathlib
import unittest

import capacity

HERE = pathlib.Path(__file__).resolve().parent
KIND = {"senderMicroseconds": 100.0, "listenerMicroseconds": 200.0, "linkBytes": 1000.0, "bodyBytes": 100_000, "gzipBytes": 10_000}
MEASURED = {
    "machine": {"name": "a test"},
    "start": {"senderBytes": 20e6, "listenerBytes": 20e6},
    "idleClient": {"httpBytes": 10e3, "httpsBytes": 30e3},
    "lane": {"senderBytes": 0, "listenerBytes": 0},
    "keptPage": {"senderBytesPerPageByte": 1.0, "listenerBytesPerPageByte": 1.5, "fileBytesPerPageByte": 1.0, "pageBytes": 100_000},
    "requests": {kind: dict(KIND) for kind in ("small", "delta10k", "delta100k", "whole10k", "whole100k")},
}


class Capacity(unittest.TestCase):
    def test_the_shares_of_requests_make_a_whole(self):
        self.assertAlmostEqual(sum(capacity.MIX.values()), 1)

    def test_cores_are_busy_for_half_of_their_time(self):
        need = capacity.capacity(MEASURED, 10_000, 0)
        self.assertEqual(need["sender"]["cores"], 2)  # a second of work in each second
        self.assertEqual(need["listener"]["cores"], 4)

    def test_a_quiet_site_needs_one_core(self):
        self.assertEqual(capacity.capacity(MEASURED, 1, 0)["sender"]["cores"], 1)

    def test_memory_is_that_of_start_pages_coding_and_visitors(self):
        need = capacity.capacity(MEASURED, 100, 1000)
        pages = 1000 * 100_000 * capacity.VERSIONS
        self.assertEqual(need["listener"]["memoryBytes"], 20e6 + 1.5 * pages + capacity.CODING_BYTES)
        self.assertEqual(need["sender"]["memoryBytes"], 20e6 + pages + capacity.CODING_BYTES + 100 * 10 * 30e3)

    def test_each_machine_keeps_pages_of_its_own(self):
        one, many = (capacity.capacity(MEASURED, rate, 1000)["listener"] for rate in (1, 1_000_000))
        self.assertEqual(many["machines"], 13)  # 400 cores
        self.assertGreater(many["memoryBytes"], 13 * (one["memoryBytes"] - capacity.CODING_BYTES))

    def test_the_link_carries_the_mean_of_what_requests_take(self):
        measured = copy.deepcopy(MEASURED)
        measured["requests"]["whole100k"]["linkBytes"] = 21_000.0
        self.assertAlmostEqual(capacity.capacity(measured, 10, 0)["linkBits"], 10 * 8 * (0.95 * 1000 + 0.05 * 21_000))

    def test_sizes_have_two_figures_and_a_unit(self):
        self.assertEqual(
            [capacity.size(n) for n in (0, 999, 1500, 99_960, 999_600, 3.2e12)],
            ["0 B", "999 B", "1.5 kB", "100 kB", "1.0 MB", "3.2 TB"])

    def test_every_row_of_a_table_has_a_cell_for_each_column(self):
        for block in capacity.markdown(MEASURED).split("\n\n")[1:]:
            self.assertEqual(len({line.count("|") for line in block.splitlines()}), 1, block)


class Page(unittest.TestCase):
    def setUp(self):
        loader = importlib.machinery.SourceFileLoader("sizing", str(HERE / "sizing"))
        self.sizing = importlib.util.module_from_spec(importlib.util.spec_from_loader("sizing", loader))
        loader.exec_module(self.sizing)

    def test_only_what_is_between_the_marks_is_written_anew(self):
        page = "before\n<!-- figures: start. By make sizing. -->\nold\n<!-- figures: end -->\nafter\n"
        self.assertEqual(
            self.sizing.written(page, "new"),
            "before\n<!-- figures: start. By make sizing. -->\nnew\n<!-- figures: end -->\nafter\n")

    def test_a_page_without_marks_is_left_alone(self):
        with self.assertRaises(SystemExit):
            self.sizing.written("no marks", "new")

    def test_the_guide_has_a_place_for_the_figures(self):
        self.sizing.written((HERE.parent.parent / "docs/sizing.md").read_text(), "new")


if __name__ == "__main__":
    unittest.main()
