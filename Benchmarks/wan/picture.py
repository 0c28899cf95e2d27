"""The picture for README's first screen: what a repeat visit takes, on one link."""

import html

import figures
from charts import byte_words, digits, ratio_words, time_words

CHAINS = ("railgun", "brotli", "gzip")
WIDTH, HEIGHT, MARGIN, LEFT, RIGHT = 760, 386, 20, 165, 580
BAR, STEP = 26, 34
STYLE = """
text { font: 17px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1b1f24; }
.head { font-size: 20px; font-weight: 600; } .faint { fill: #57606a; font-size: 15px; } .strong { font-weight: 600; }
.ground { fill: #ffffff; stroke: #d5d9df; } .railgun { fill: #0067b8; } .peer { fill: #aab2bd; }
.whisker { stroke: #57606a; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #14171b; stroke: #3a424c; } text { fill: #e8ebef; } .faint { fill: #a3adb8; }
  .railgun { fill: #56b4e9; } .peer { fill: #5b6672; }
  .whisker { stroke: #a3adb8; }
}
"""


def panel(y, title, bars):
    """A title and a bar for each chain: its name, length, end of the whisker, and words."""
    most = max(max(length, whisker) for _, length, whisker, _ in bars)
    scale = (RIGHT - LEFT) / most
    drawn = [f'<text class="strong" x="{MARGIN}" y="{y}">{html.escape(title)}</text>']
    for number, (name, length, whisker, words) in enumerate(bars):
        top, middle = y + 12 + number * STEP, y + 12 + number * STEP + BAR / 2
        end = LEFT + scale * max(length, whisker)
        strong = ' class="strong"' if number == 0 else ""
        drawn.append(f'<text{strong} x="{MARGIN}" y="{middle + 6}">{html.escape(name)}</text>')
        drawn.append(f'<rect class="{"peer" if number else "railgun"}" x="{LEFT}" y="{top}" rx="3" '
                     f'width="{max(3, scale * length):.1f}" height="{BAR}"/>')
        if whisker:
            drawn.append(f'<path class="whisker" d="M{LEFT + scale * length:.1f} {middle}H{end:.1f}'
                         f'M{end:.1f} {middle - 6}v12"/>')
        drawn.append(f'<text{strong} x="{max(end, LEFT + 3) + 8:.1f}" y="{middle + 6}">{words}</text>')
    return drawn


def draw(document):
    """SVG; empty where the link of the bars was not measured."""
    rows = {chain: figures.find(document["rows"], figures.BAR_LINK, "repeat", chain) for chain in CHAINS}
    if not all(rows.values()):
        return ""
    names, link = document["chains"], figures.words(figures.BAR_LINK)
    pages = f'Home pages of {len(document["pages"])} sites' if len(document["pages"]) > 1 else "A home page"
    fewer = rows["brotli"]["bytes"] / rows["railgun"]["bytes"]
    title = f"A page visited again: {ratio_words(fewer)} fewer bytes than with brotli"
    drawn = [f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
             f'<text class="head" x="{MARGIN}" y="40">{title}</text>',
             f'<text class="faint" x="{MARGIN}" y="64">{pages} over a link with a round trip of {link}; '
             f'{rows["railgun"]["samples"]} visits each</text>']
    drawn += panel(106, "Bytes on the link for a visit", [
        (names[chain], row["bytes"], 0, byte_words(row["bytes"])) for chain, row in rows.items()])
    drawn += panel(256, "Time to the last byte: half of the visits – 95 % of them", [
        (names[chain], row["lastByteP50"], row["lastByteP95"],
         f'{digits(row["lastByteP50"])} – {time_words(row["lastByteP95"])}') for chain, row in rows.items()])
    newline = "\n"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'role="img" aria-label="{title}">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
            f"{newline.join(drawn)}\n</svg>\n")
