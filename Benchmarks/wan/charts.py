"""Horizontal bars as SVG, drawn as this project's other reports draw them; and how figures are written."""

import html
import math

LABEL_HEIGHT, BAR_HEIGHT, GAP = 20, 16, 10
BAR_SHARE = 80  # per cent of the width; the rest is for the value beside the longest bar


def byte_words(count):
    """1,234 is 1.2 kB: two digits at least, and no more than are needed to compare."""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{digits(count / size)} {unit}"
    return f"{count:.0f} B"


def time_words(milliseconds):
    return f"{digits(milliseconds)} ms"


def ratio_words(ratio):
    # Rounded down: never better than it was.
    return f"{math.floor(ratio)}×" if ratio >= 100 else f"{math.floor(ratio * 10) / 10:.1f}×"


def digits(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def legend(names):
    items = "".join(f'<li><svg aria-hidden="true"><rect width="100%" height="100%" rx="2" class="fill-{number}"/></svg>'
                    f"{html.escape(name)}</li>\n" for number, name in enumerate(names))
    return f'<ul class="legend">\n{items}</ul>\n'


def bars(title, names, categories, write, most=None, with_legend=True):
    """A figure: for each category (its label, a value for each name), one bar a name. `most`: where the scale ends."""
    most = most or max(value for _, values in categories for value in values)
    y, drawn, told = 0, [], []
    for label, values in categories:
        drawn.append(f'<text x="0" y="{y + 14}">{html.escape(label)}</text>')
        y += LABEL_HEIGHT
        for number, value in enumerate(values):
            width = max(0.4, BAR_SHARE * value / most)
            drawn.append(
                f"<g><title>{html.escape(f'{label}, {names[number]}: {write(value)}')}</title>"
                f'<rect y="{y}" width="{width:.2f}%" height="{BAR_HEIGHT}" rx="2" class="fill-{number}"/>'
                f'<text x="{width:.2f}%" y="{y + 13}" dx="6" class="halo">{write(value)}</text></g>')
            y += BAR_HEIGHT + 2
        y += GAP
        told.append(f"{label}: " + ", ".join(f"{name} {write(value)}" for name, value in zip(names, values)))
    lines = "".join(f'<line class="grid" x1="{x}%" x2="{x}%" y1="0" y2="{y}"/>' for x in (0, BAR_SHARE / 2, BAR_SHARE))
    title, newline = html.escape(title), "\n"
    return (f"<figure>\n<figcaption>{title}</figcaption>\n{legend(names) if with_legend else ''}"
            f'<svg role="img" aria-label="{title}" height="{y}">\n<desc>{html.escape("; ".join(told))}</desc>\n'
            f"{lines}\n{newline.join(drawn)}\n</svg>\n</figure>\n")
