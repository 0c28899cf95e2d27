"""What the origin answers: every body is a function of its address and a version, so that any end can make it again."""

import functools
import gzip
import hashlib
import json
import random

PAGES, ACCOUNTS, ANSWERS, FEEDS, IMAGES = 60, 20, 20, 20, 20
DOWNLOAD_BYTES = 20_000_000
EVENTS, EVENT_PAUSE_SECONDS = 10, 0.1


@functools.lru_cache(maxsize=8192)
def words(count, seed):
    source = random.Random(seed)
    return ["".join(source.choices("aeionrstlkmdpug", k=source.randint(2, 9))) for _ in range(count)]


@functools.lru_cache(maxsize=8192)
def sections(path, bytes_):
    """The parts of a page that stay as they are."""
    source, found, length = random.Random(path), [], 0
    while length < bytes_:
        text = " ".join(words(60, source.randrange(500)))
        found.append(f"<section><h2>{path} {len(found)}</h2><p>{text}</p></section>\n".encode())
        length += len(found[-1])
    return found


def page(path, version, bytes_, user=""):
    """A page with a few figures that change with each version, and one paragraph with every tenth."""
    kept = sections(path, bytes_)
    head = f"<!doctype html><title>{path}</title><p>version {version} for {user or 'everybody'}</p>\n".encode()
    news = f"<p>{' '.join(words(30, version // 10 % 1000))}</p><b>{version * 7919 % 100003}</b>\n".encode()
    middle = len(kept) // 2
    return b"".join([head, *kept[:middle], news, *kept[middle:], b"</html>\n"])


def answer(path, version):
    rows = [{"id": n, "name": " ".join(words(3, n)), "price": (version * (n + 1)) % 9973} for n in range(40)]
    return json.dumps({"path": path, "version": version, "rows": rows}).encode()


@functools.lru_cache(maxsize=128)
def noise(path, bytes_):
    return random.Random(path).randbytes(bytes_)


@functools.lru_cache(maxsize=512)
def packed(path, version, bytes_):
    """A page as the origin compresses it itself."""
    return gzip.compress(page(path, version, bytes_), 1, mtime=0)


def bytes_of(number, smallest=1_000, largest=100_000):
    """A size for each number: small ones are frequent, as on real sites."""
    return int(smallest * (largest / smallest) ** random.Random(number).random())


def digest(body):
    return hashlib.sha256(body).hexdigest()
