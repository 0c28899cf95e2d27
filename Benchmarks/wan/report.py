"""The report: one web page that loads nothing, light or dark as its reader has it."""

import html
import itertools
import pathlib

import charts
import figures

HERE = pathlib.Path(__file__).resolve().parent
KINDS = {"repeat": "Repeat visits", "first": "First visits"}


def section(heading, content):
    return f"<section>\n<h2>{heading}</h2>\n{content}</section>\n"


def boxes(items):
    return '<ul class="figures">\n' + "".join(
        f"<li><strong>{value}</strong><span>{meaning}</span></li>\n" for value, meaning in items) + "</ul>\n"


def table(caption, columns, lines):
    """Lines are (class, cells); from the second cell on they are numbers, or words if the cell is a list."""
    def cell(number, value):
        if isinstance(value, list):
            return f'<td class="words">{html.escape(value[0])}</td>'
        text = html.escape(str(value))
        if number == 0:
            return f'<th scope="row">{text}</th>'
        return f'<td class="number">{text}</td>' if text[:1].isdigit() else f"<td>{text}</td>"

    kinds = ["number" if '"number"' in cell(*pair) else "" for pair in enumerate(lines[0][1])]
    head = "".join(f'<th scope="col" class="{kind}">{html.escape(column)}</th>' for kind, column in zip(kinds, columns))
    body = "".join(f'<tr class="{kind}">' + "".join(cell(*pair) for pair in enumerate(cells)) + "</tr>\n"
                   for kind, cells in lines)
    return (f'<div class="table" tabindex="0"><table>\n<caption>{html.escape(caption)}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n")


def headline(document):
    """What counts first, on the link of the bars."""
    rows = {(kind, chain): figures.find(document["rows"], figures.BAR_LINK, kind, chain)
            for kind in KINDS for chain in document["chains"]}
    if not all(rows.values()):
        return "The line over a wide-area link", ""
    ours, gzip, brotli = (rows["repeat", chain] for chain in ("railgun", "gzip", "brotli"))
    fewer = brotli["bytes"] / ours["bytes"]
    return f"A page visited again: {charts.ratio_words(fewer)} fewer bytes than with brotli", boxes([
        (charts.byte_words(ours["bytes"]),
         f"cross the link for a repeat visit, both ways, at {figures.words(figures.BAR_LINK)}"),
        (charts.ratio_words(fewer), "fewer bytes than nginx with brotli"),
        (charts.ratio_words(gzip["bytes"] / ours["bytes"]), "fewer bytes than nginx with gzip"),
        (charts.time_words(ours["lastByteP50"]),
         f"to the last byte for half of the visits; with brotli {charts.time_words(brotli['lastByteP50'])}"),
        (charts.time_words(ours["lastByteP95"]),
         f"to the last byte for 95 % of them; with brotli {charts.time_words(brotli['lastByteP95'])}"),
    ])


def pages_part(document):
    """Bytes and times of each page, on the link of the bars."""
    cell = next((cell for cell in document["cells"] if figures.link_of(cell) == figures.BAR_LINK), None)
    if not cell:
        return ""
    names = list(document["chains"].values())
    found = figures.by_page(cell, document["chains"])
    draw = lambda title, key, write: charts.bars(title, names, [
        (f"{page}, {charts.byte_words(document['pages'][page]['meanBytes'])}", [row[key] for row in chains.values()])
        for page, chains in found.items()], write)
    return section(f"Page by page: repeat visits, {figures.words(figures.BAR_LINK)}", '<div class="charts">\n'
                   + draw("Bytes on the link for a visit", "bytes", charts.byte_words)
                   + draw("Time to the last byte (p50)", "lastByteP50", charts.time_words) + "</div>\n")


def grid(document, kind):
    """Time to the last byte on every link: a chart for each delay and loss, with one scale for each loss."""
    rows, names = document["rows"], document["chains"]
    links = list(dict.fromkeys(figures.link_of(row) for row in rows))
    drawn = charts.legend(names.values())
    for loss in sorted({link[2] for link in links}):
        own = [row for row in rows if row["kind"] == kind and row["lossPercent"] == loss]
        most = max(row["lastByteP50"] for row in own)
        drawn += '<div class="charts">\n'
        for delay, group in itertools.groupby([link for link in links if link[2] == loss], key=lambda link: link[0]):
            categories = [(f"{link[1]:g} Mbit/s",
                           [figures.find(rows, link, kind, chain)["lastByteP50"] for chain in names]) for link in group]
            title = f"{delay:g} ms" + (f", {loss:g} % loss" if loss else "")
            drawn += charts.bars(title, list(names.values()), categories, charts.time_words, most, with_legend=False)
        drawn += "</div>\n"
    return section(f"{KINDS[kind]}: time to the last byte (p50), by round trip and rate", drawn)


def full_table(document):
    lines, before = [], None
    for row in document["rows"]:
        link = f"{figures.words(figures.link_of(row))}, {row['kind']}"
        cells = [link if link != before else "", document["chains"][row["chain"]], row["samples"]]
        cells += [f"{row['bytes']:,.0f}"]
        cells += [f"{row[key]:,.1f}" for key in ("firstByteP50", "firstByteP95", "lastByteP50", "lastByteP95")]
        lines.append(("strong" if row["chain"] == "railgun" else "", cells))
        before = link
    return table("Bytes of the link for a visit, both ways with the heads of IP and TCP (mean), and milliseconds",
                 ("link and visit", "", "visits", "bytes", "first byte p50", "p95", "last byte p50", "p95"), lines)


def make(document):
    title, first = headline(document)
    versions, machine = document["versions"], document["machine"]
    bars = table("A line in bold is not reached in this run", ("", "figure", "limit", ""), [
        ("", ["holds", bar["figure"], bar["limit"], [bar["bar"]]]) if bar["holds"] else
        ("strong", ["missed", bar["figure"], bar["limit"], [bar["bar"]]]) for bar in document["bars"]])
    how = "".join(f"<p>{words}</p>\n" for words in [
        "An edge and an origin in two network namespaces, and between them an emulated link. Each visit is made once over "
        "each chain, in turn, on connections that are open and warm; every page is compared byte by byte with what the "
        f"origin had. TCP has {html.escape(document['congestionControl'])} at all ends.",
        "A first visit finds stores without the page; each later one finds the page changed. nginx compresses with gzip "
        "at level 6 and brotli at 5; for zstd the origin has pages compressed ahead at level 3, which takes it no time.",
        f"{html.escape(versions['railgun'])} beside {html.escape(versions['nginx'])}, on {machine['cores']} cores, "
        f"Linux {html.escape(machine['kernel'])}, {document['date'][:10]}. {html.escape(busy_words(document))}"])
    body = (first + pages_part(document) + "".join(grid(document, kind) for kind in KINDS)
            + section("What we aim for", bars) + section("All figures", full_table(document))
            + section("How it was measured", how))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{(HERE / "report.css").read_text()}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="lead">The same home pages, version after version, over the same links: railgun, and nginx at both ends with
gzip, brotli and zstd.</p>
</header>
<main>
{body}</main>
<footer>Made by <code>make wan</code>.</footer>
</body>
</html>
"""


def busy_words(document):
    """A warning where the listener had too little processor time for its usual deltas."""
    count = sum(cell["effortChanges"] > 0 for cell in document["cells"])
    if not count:
        return ""
    return f"On {count} of {len(document['cells'])} links the machine was too busy, and deltas were longer for it."
