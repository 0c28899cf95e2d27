"""One table of scores, and what failed."""


def score(rows):
    """How many passed, of how many that can be asked of this server."""
    asked = [row for row in rows if row["fault"] != "not applicable"]
    return sum(row["fault"] is None for row in asked), len(asked)


def bars(scores):
    """What has to hold, by suite: ours is at least as good as nginx's, and no client fails with ours."""
    def share(name, suite):
        passed, asked = score(scores[suite].get(name, []))
        return passed / asked if asked else 0
    found = [{"bar": f"{suite}: not below nginx", "holds": share("railgun", suite) >= share("nginx", suite)}
             for suite in scores if "nginx" in scores[suite]]
    found += [{"bar": f"{suite}: all", "holds": share("railgun", suite) == 1}
              for suite in scores if suite in ("clients", "link TLS", "HTTP/2", "HTTP/2 over TLS")]
    return found


def table(targets, scores):
    lines = [f"{'':<20}" + "".join(f"{target['name'] + ' ' + target['version']:>18}" for target in targets)]
    for suite, by_target in scores.items():
        cells = []
        for target in targets:
            rows = by_target.get(target["name"])
            cells.append("–" if rows is None else "%d of %d" % score(rows))
        lines.append(f"{suite:<20}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def failures(scores):
    return "\n".join(f"  {suite}, {name}: {row['id']} {row['words']}: {row['fault']}"
                     for suite, by_target in scores.items() for name, rows in by_target.items() for row in rows
                     if row["fault"] not in (None, "not applicable"))
