"""Slow clients: slowhttptest against all proxies at once, while one request a second asks whether others are served."""

import concurrent.futures
import pathlib
import re
import subprocess
import threading
import time
import urllib.request

from origin import SMALL

CONNECTIONS, RATE, TEST_SECONDS = 500, 250, 20
# Names, words, and the options of slowhttptest.
ATTACKS = {
    "slowloris": ("heads that never end", ["-H", "-i", "2", "-x", "24"]),
    "slow body": ("bodies that never end", ["-B", "-i", "2", "-s", "65536", "-x", "10"]),
    "range": ("ranges by the hundred", ["-R", "-a", "5", "-b", "3000", "-x", "10"]),
    "slow read": ("answers that are hardly read", ["-X", "-w", "10", "-y", "20", "-n", "2", "-z", "32", "-k", "3"]),
}


def probe(port, stop, answers):
    """Asks each half second; notes whether the answer came within 5 s, and how long it took."""
    while not stop.is_set():
        start = time.monotonic()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                answers.append((answer.read() == SMALL, time.monotonic() - start))
        except OSError:
            answers.append((False, time.monotonic() - start))
        stop.wait(0.5)


def attack(target, name, folder):
    words, options = ATTACKS[name]
    path = "/big" if name in ("range", "slow read") else "/digest"
    report = pathlib.Path(folder) / f"slow-{target.name}-{name.replace(' ', '-')}"
    stop, answers = threading.Event(), []
    watching = threading.Thread(target=probe, args=(target.http1, stop, answers))
    watching.start()
    try:
        subprocess.run(
            ["slowhttptest", "-c", str(CONNECTIONS), "-r", str(RATE), "-l", str(TEST_SECONDS), "-p", "5", "-g", "-o",
             report, *options, "-u", f"http://127.0.0.1:{target.http1}{path}"], capture_output=True,
            timeout=6 * TEST_SECONDS)
    finally:
        stop.set()
        watching.join()
    return summary(name, words, answers, report.with_suffix(".csv"))


def summary(name, words, answers, csv):
    """Rows: others were served; of the attacker's connections, those that were left at the end."""
    failed = sum(not good for good, _ in answers)
    slowest = max((seconds for _, seconds in answers), default=0)
    left = opened = 0
    if csv.exists():  # Seconds,Closed,Pending,Connected,Service Available
        samples = [[int(number) for number in line.split(",")[:4]] for line in csv.read_text().splitlines()[1:]
                   if re.match(r"\d", line)]
        if samples:
            left, opened = samples[-1][3], max(sample[1] + sample[3] for sample in samples)
    return [
        {"id": f"slow {name}: others are served", "words": words,
         "fault": f"{failed} of {len(answers)} requests failed" if failed or not answers else None,
         "slowestMilliseconds": round(slowest * 1000)},
        {"id": f"slow {name}: connections are closed", "words": words, "left": left, "opened": opened,
         "fault": f"{left} of {CONNECTIONS} are still open" if left or not opened else None},
    ]


def measure(targets, folder):
    """All proxies at once, one attack after the other: rows by target."""
    rows = {target.name: [] for target in targets}
    for name in ATTACKS:
        with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
            for target, more in zip(targets, pool.map(lambda target: attack(target, name, folder), targets)):
                rows[target.name] += more
    return rows
