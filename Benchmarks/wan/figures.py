"""From visits to figures: shares, middles, and whether the bars hold."""

import math

BAR_LINK = (80, 10, 0)
KINDS = ("first", "repeat")


def percentile(values, share):
    """The value that so many per cent of all don't exceed; on the line between two that were measured."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def summary(visits):
    """Of some visits: mean bytes on the link, both ways, and times in milliseconds."""
    first, last = [visit["firstByteMs"] for visit in visits], [visit["lastByteMs"] for visit in visits]
    return {
        "samples": len(visits), "bytes": sum(visit["up"] + visit["down"] for visit in visits) / len(visits),
        "firstByteP50": percentile(first, 50), "firstByteP95": percentile(first, 95),
        "lastByteP50": percentile(last, 50), "lastByteP95": percentile(last, 95),
    }


def rows(cells, names):
    """A row for each link, kind of visit and chain."""
    found = []
    for cell in cells:
        for kind in KINDS:
            for chain in names:
                visits = [visit for visit in cell["visits"] if visit["kind"] == kind and visit["chain"] == chain]
                if visits:
                    found.append({"delayMs": cell["delayMs"], "rateMbit": cell["rateMbit"],
                                  "lossPercent": cell["lossPercent"], "kind": kind, "chain": chain, **summary(visits)})
    return found


def by_page(cell, names):
    """Of one link, the repeat visits of each page by chain."""
    pages = list(dict.fromkeys(visit["page"] for visit in cell["visits"]))
    return {page: {chain: summary([visit for visit in cell["visits"] if visit["page"] == page
                                   and visit["chain"] == chain and visit["kind"] == "repeat"]) for chain in names}
            for page in pages}


def link_of(row):
    return row["delayMs"], row["rateMbit"], row["lossPercent"]


def paired(cell, kind, ours, theirs):
    """Ratios of the time to the last byte, visit by visit: both chains had the same version, one after the other."""
    def times(chain):
        return {(visit["series"], visit["page"], visit["version"]): visit["lastByteMs"] for visit in cell["visits"]
                if visit["kind"] == kind and visit["chain"] == chain}

    mine, others = times(ours), times(theirs)
    return [mine[visit] / others[visit] for visit in mine]


def find(rows, link, kind, chain):
    return next((row for row in rows if link_of(row) == link and row["kind"] == kind and row["chain"] == chain), None)


def words(link):
    return f"{link[0]:g} ms, {link[1]:g} Mbit/s" + (f", {link[2]:g} % loss" if link[2] else "")


def bars(rows, cells):
    """Each bar: what it says, the figure, and whether it holds."""
    found = []
    ours, brotli = find(rows, BAR_LINK, "repeat", "railgun"), find(rows, BAR_LINK, "repeat", "brotli")
    if ours and brotli:
        where = f"repeat visits, {words(BAR_LINK)}"
        found.append((f"{where}: at least 10 times fewer bytes than nginx with brotli",
                      brotli["bytes"] / ours["bytes"], 10, True))
        for share in ("P50", "P95"):
            found.append((f"{where}: time to the last byte at most that of nginx with brotli ({share.lower()})",
                          ours[f"lastByte{share}"] / brotli[f"lastByte{share}"], 1, False))
    # A lost packet moves a single visit by more than the bar is wide: links that lose some count together.
    lossy = [cell for cell in cells if cell["lossPercent"]]
    alone = [([cell], words(link_of(cell))) for cell in cells if cell not in lossy]
    for group, where in alone + ([(lossy, f"{len(lossy)} links with loss")] if lossy else []):
        ratios = [ratio for cell in group for ratio in paired(cell, "first", "railgun", "gzip")]
        found.append((f"first visits, {where}: time to the last byte at most 1.05 of that of nginx with gzip, "
                      "visit by visit (p50)", percentile(ratios, 50), 1.05, False))
    found = [(bar, round(figure, 3), limit, is_floor) for bar, figure, limit, is_floor in found]
    return [{"bar": bar, "figure": figure, "limit": limit, "holds": figure >= limit if is_floor else figure <= limit}
            for bar, figure, limit, is_floor in found]
