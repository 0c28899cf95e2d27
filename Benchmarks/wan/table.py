"""The figures as text."""

import figures

START, END = "<!-- figures: start.", "<!-- figures: end"
COLUMNS = ("first byte p50", "p95", "last byte p50", "p95")
KEYS = ("firstByteP50", "firstByteP95", "lastByteP50", "lastByteP95")


def lines(rows, names):
    """One block a link and kind; times in milliseconds."""
    found = []
    for link in dict.fromkeys(figures.link_of(row) for row in rows):
        for kind in figures.KINDS:
            own = [row for row in rows if figures.link_of(row) == link and row["kind"] == kind]
            if not own:
                continue
            found += ["", f"{kind} visits, {figures.words(link)}: bytes of the link for a visit, and ms",
                      f"{'':<16}{'visits':>8}{'bytes':>12}" + "".join(f"{column:>16}" for column in COLUMNS)]
            for row in own:
                found.append(f"{names[row['chain']]:<16}{row['samples']:>8}{row['bytes']:>12,.0f}"
                             + "".join(f"{row[key]:>16,.1f}" for key in KEYS))
    return found


def markdown(rows, names):
    """Both kinds of visits on each link: bytes, and the time to the last byte (p50 / p95)."""
    heads = [words for name in names.values() for words in (f"{name}: bytes", "ms")]
    found = ["| link | visits | " + " | ".join(heads) + " |", "|---" * (len(heads) + 2) + "|"]
    for kind in reversed(figures.KINDS):
        for link in dict.fromkeys(figures.link_of(row) for row in rows):
            own = [figures.find(rows, link, kind, chain) for chain in names]
            cells = [text for row in own
                     for text in (f"{row['bytes']:,.0f}", f"{row['lastByteP50']:.0f} / {row['lastByteP95']:.0f}")]
            found.append(f"| {figures.words(link)} | {own[0]['samples']} {kind} | " + " | ".join(cells) + " |")
    return "\n".join(found) + "\n"


def section(document, warning):
    """What docs/wan.md says of a run: where it was, the table, and the bars."""
    machine, versions = document["machine"], document["versions"]
    pages = [page["meanBytes"] for page in document["pages"].values()]
    lines = [f"Measured {document['date'][:10]} on {machine['cores']} cores (Linux {machine['kernel']}), with railgun "
             f"{versions['railgun'].split()[-1]} and {versions['nginx']}: {len(pages)} home pages of {sum(pages) / len(pages) / 1000:.0f} kB on "
             "average. Bytes are the mean of all visits; milliseconds are the time to the last byte, p50 / p95.",
             "", markdown(document["rows"], document["chains"]).rstrip(), "", "| what we aim for | measured | bar |",
             "|---|---|---|"]
    lines += [f"| {bar['bar']} | {bar['figure']}{'' if bar['holds'] else ' (missed)'} | {bar['limit']} |"
              for bar in document["bars"]]
    return "\n".join(lines + (["", warning] if warning else [])) + "\n"


def between_marks(text, section):
    """A document with the section between its marks for figures."""
    start, end = text.index(START), text.index(END)
    return text[:text.index("\n", start) + 1] + section + text[end:]


def verdicts(bars):
    return [f"{'holds' if bar['holds'] else 'MISSED':>8}  {bar['bar']}: {bar['figure']}" for bar in bars]
