"""How many cores, how much memory and link a site needs: computed from what was measured."""

import math

# Of 100 requests that reach the line; the rest of a site, such as images, is for a cache before it.
MIX = {"delta100k": 0.50, "whole100k": 0.05, "small": 0.45}
BUSY = 0.5  # of the processors, at the peak
CLIENTS_PER_REQUEST = 10  # connected visitors for each request in a second: one asks every ten seconds
VERSIONS = 1.5  # kept of a page, on average
CORES_OF_A_MACHINE = 32
CODING_BYTES = 8e6  # that an event loop may hold for coding: docs/tuning.md

# Name; requests in a second at the peak; addresses that are asked for again within a day.
SITES = [
    ("small blog", 1, 500),
    ("busy shop", 50, 20_000),
    ("news site", 1_000, 50_000),
    ("large platform", 10_000, 200_000),
    ("internet scale", 1_000_000, 2_000_000),
]


def mean(requests, key):
    return sum(share * requests[kind][key] for kind, share in MIX.items())


def capacity(measured, rate, addresses):
    """What a site of so many requests a second needs in all, at both ends."""
    requests, kept = measured["requests"], measured["keptPage"]
    page_bytes = addresses * requests["delta100k"]["bodyBytes"] * VERSIONS
    need = {}
    for end in ("sender", "listener"):
        cores = max(1, math.ceil(rate * mean(requests, f"{end}Microseconds") / 1e6 / BUSY))
        machines = math.ceil(cores / CORES_OF_A_MACHINE)
        # Each machine keeps pages of its own.
        memory = machines * (measured["start"][f"{end}Bytes"] + page_bytes * kept[f"{end}BytesPerPageByte"])
        memory += cores * (measured["lane"][f"{end}Bytes"] + CODING_BYTES)
        if end == "sender":
            memory += rate * CLIENTS_PER_REQUEST * measured["idleClient"]["httpsBytes"]
        need[end] = {"cores": cores, "machines": machines, "memoryBytes": memory}
    need["linkBits"] = rate * 8 * mean(requests, "linkBytes")
    need["gzipBits"] = rate * 8 * sum(
        share * requests[kind]["gzipBytes" if "k" in kind else "bodyBytes"] for kind, share in MIX.items())
    return need


def size(count, units=("B", "kB", "MB", "GB", "TB")):
    """Two figures and a unit: 1.2 GB."""
    for unit in units:
        if count < 999.5 or unit == units[-1]:
            return f"{count:.0f} {unit}" if count >= 9.95 or unit == units[0] else f"{count:.1f} {unit}"
        count /= 1000


def bits(count):
    return size(count, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"))


def cores(need):
    machines = f" ({need['machines']:,} machines)" if need["machines"] > 1 else ""
    return f"{need['cores']:,}{machines}"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def markdown(measured):
    """The measured figures and the table of capacities, as docs/sizing.md shows them."""
    requests, kept, idle, lane = (measured[name] for name in ("requests", "keptPage", "idleClient", "lane"))
    start = measured["start"]
    parts = [f"Measured on {measured['machine']['name']}.", ""]
    parts.append(table(["memory and disk", "rg-sender", "rg-listener"], [
        ["after the start", size(start["senderBytes"]), size(start["listenerBytes"])],
        ["for each event loop with its connection of the link", size(lane["senderBytes"]), size(lane["listenerBytes"])],
        ["for each visitor who waits, http / https", f"{size(idle['httpBytes'])} / {size(idle['httpsBytes'])}", "–"],
        [f"pages of {size(kept['pageBytes'])} in 1 GB of memory",
         *(f"{1e9 / kept['pageBytes'] / kept[end + 'BytesPerPageByte']:,.0f}" for end in ("sender", "listener"))],
        ["the same in 1 GB of store.file", f"{1e9 / kept['pageBytes'] / kept['fileBytesPerPageByte']:,.0f}", "the same"],
    ]))
    names = {"small": "no page, as it comes", "delta10k": "page, as a delta", "delta100k": "page, as a delta",
             "whole10k": "page, whole", "whole100k": "page, whole"}
    parts += ["", table(
        ["answer", "bytes", "requests/s of a core, rg-sender", "rg-listener", "bytes of the link", "with gzip"],
        [[names[kind], f"{row['bodyBytes']:,}", f"{1e6 / row['senderMicroseconds']:,.0f}",
          f"{1e6 / row['listenerMicroseconds']:,.0f}", f"{row['linkBytes']:,.0f}",
          f"{row['gzipBytes']:,}" if "k" in kind else "–"] for kind, row in requests.items()])]
    rows = []
    for name, rate, addresses in SITES:
        need = capacity(measured, rate, addresses)
        rows.append([
            name, f"{rate:,}", f"{addresses:,}", cores(need["sender"]), size(need["sender"]["memoryBytes"]),
            cores(need["listener"]), size(need["listener"]["memoryBytes"]), bits(need["linkBits"]), bits(need["gzipBits"])])
    parts += ["", table(
        ["site", "requests/s at the peak", "pages", "cores of senders", "their memory", "cores of listeners",
         "their memory", "link", "with gzip instead"], rows)]
    return "\n".join(parts)
