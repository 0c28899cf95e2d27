"""Slow clients: slowhttptest against each proxy in turn, while two requests a second ask whether others are served."""

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
    stop, answers = threading.Event(), []
    watching = threading.Thread(target=probe, args=(target.http1, stop, answers))
    watching.start()
    try:
        done = subprocess.run(
            ["slowhttptest", "-c", str(CONNECTIONS), "-r", str(RATE), "-l", str(TEST_SECONDS), "-p", "5", *options,
             "-u", f"http://127.0.0.1:{target.http1}{path}"], capture_output=True, text=True, cwd=folder,
            timeout=6 * TEST_SECONDS)
    finally:
        stop.set()
        watching.join()
    return summary(name, words, answers, done.stdout)


def summary(name, words, answers, output):
    """Rows: others were served; all connections of the attacker were closed before the test's end."""
    failed = sum(not good for good, _ in answers)
    slowest = max((seconds for _, seconds in answers), default=0)
    return [
        {"id": f"slow {name}: others are served", "words": words,
         "fault": f"{failed} of {len(answers)} requests failed" if failed or not answers else None,
         "slowestMilliseconds": round(slowest * 1000)},
        {"id": f"slow {name}: connections are closed", "words": words,
         "fault": None if "No open connections left" in output else f"not all within {TEST_SECONDS} s"},
    ]


def measure(target, folder):
    return [row for name in ATTACKS for row in attack(target, name, folder)]
