"""The table, the bars, and the lines of the logs that belong to each error."""

import collections
import datetime
import urllib.request

from ledger import OK, SETTLING_SECONDS

BADLY_ENDED = ("wrong", "malformed", "hung")


def repeated_uploads(origin_port):
    """Uploads that the origin carried out, and the numbers of those that it did more than once."""
    with urllib.request.urlopen(f"http://127.0.0.1:{origin_port}/executions", timeout=10) as answer:
        count, *twice = answer.read().decode().split()
    return int(count), twice


def row(ledger, phases):
    """One fault, or the calm between faults; all of its rounds together."""
    outcomes, latencies = sum((phase.outcomes for phase in phases), collections.Counter()), []
    counters = sum((collections.Counter(phase.counters) for phase in phases), collections.Counter())
    for phase in phases:
        latencies += phase.latencies
    latencies.sort()
    name = phases[0].name
    errors = [error for error in ledger.errors if error.fault == name]
    return {
        "name": name, "words": phases[0].fault.words if phases[0].fault else "between faults", "rounds": len(phases),
        "requests": sum(outcomes.values()), "ok": outcomes[OK],
        "errors": dict(collections.Counter(error.outcome for error in errors)),
        "explained": sum(bool(error.reason) for error in errors),
        "reasons": dict(collections.Counter(f"{error.outcome}, {error.kind}: {error.reason}" for error in errors
                                            if error.reason)),
        "unexplained": sum(not error.reason for error in errors),
        "met": sum(len(phase.hits) for phase in phases),
        "retries": counters["senders link_retries"], "counters": dict(counters),
        "p99Seconds": latencies[len(latencies) * 99 // 100] if latencies else 0,
        "maxSeconds": latencies[-1] if latencies else 0,
        "recoverySeconds": max((ledger.recovery_seconds(phase) for phase in phases if phase.fault), default=0),
        "notes": [note for phase in phases for note in phase.notes],
    }


def make(ledger, skipped, origin_port):
    names = list(dict.fromkeys(phase.name for phase in ledger.phases))
    rows = [row(ledger, [phase for phase in ledger.phases if phase.name == name]) for name in names]
    uploads, twice = repeated_uploads(origin_port)
    unexplained = [error for error in ledger.errors if not error.reason]
    # The fault's own lies are explained: the origin itself sent the wrong bytes.
    wrong = [error for error in unexplained if error.outcome in ("wrong", "malformed")]
    slow = [row for row in rows if row["recoverySeconds"] > SETTLING_SECONDS]
    missed = [f"{row['name']}: {note}" for row in rows for note in row["notes"] if note.startswith("MISSED")]
    bars = [
        ("wrong bytes", len(wrong)), ("hung requests", sum(error.outcome == "hung" for error in ledger.errors)),
        ("errors without an explanation", len(unexplained)), ("uploads carried out twice", len(twice)),
        (f"faults with a recovery above {SETTLING_SECONDS} s", len(slow)), ("other expectations missed", len(missed)),
    ]
    return {
        "requests": ledger.requests, "uploads": uploads, "staleConnections": ledger.retried_stale,
        "notSent": ledger.not_sent,
        "crossings": dict(ledger.crossings), "rows": rows, "skipped": skipped,
        "bars": [{"bar": bar, "figure": figure, "limit": 0, "holds": figure == 0} for bar, figure in bars],
        "unexplained": [error.as_json() for error in unexplained],
        "explained": [error.as_json() for error in ledger.errors if error.reason],
    }


def show(report, most=20):
    print(f"\n{'fault':<24}{'requests':>9}{'ok':>8}{'errors':>8}{'unexpl.':>8}{'retries':>8}{'p99 s':>8}{'max s':>8}"
          f"{'recov. s':>9}  errors by kind")
    for row in report["rows"]:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(row["errors"].items()))
        print(f"{row['name']:<24}{row['requests']:>9}{row['ok']:>8}{sum(row['errors'].values()):>8}"
              f"{row['unexplained']:>8}{row['retries']:>8}{row['p99Seconds']:>8.2f}{row['maxSeconds']:>8.1f}"
              f"{row['recoverySeconds']:>9.1f}  {kinds}")
        for note in row["notes"]:
            print(f"{'':<24}  {note}")
    print(f"\n{report['requests']:,} requests, {report['uploads']:,} uploads carried out, "
          f"{report['staleConnections']} sent again by the client because its kept connection was closed")
    if report["notSent"]:
        print(f"this machine was too busy: {report['notSent']:,} requests were not sent")
    print("answers: " + ", ".join(f"{count:,} {crossing}" for crossing, count in sorted(report["crossings"].items())))
    for name, reason in report["skipped"].items():
        print(f"skipped: {name}: {reason}")
    for error in report["unexplained"][:most]:
        moment = datetime.datetime.fromtimestamp(error["start"], datetime.timezone.utc).strftime("%H:%M:%S.%f")[:-3]
        print(f"NOT EXPLAINED: {moment} request {error['number']} ({error['kind']} at {error['via']}): "
              f"{error['outcome']} after {error['end'] - error['start']:.1f} s, {error['fault'] or 'no fault'}; "
              f"{error['detail']} {error['page_number'] or ''}")
    if len(report["unexplained"]) > most:
        print(f"… and {len(report['unexplained']) - most} more in the JSON")
    print()
    for bar in report["bars"]:
        print(f"{'holds' if bar['holds'] else 'MISSED':>8}  {bar['bar']}: {bar['figure']}")


def log_lines(daemons, errors, folder):
    """A file with the warnings and errors of each log around each error, and the line with its page's number."""
    lines = []
    for daemon in daemons:
        for line in daemon.log.read_text(errors="replace").splitlines():
            if " info " not in line[:40]:
                lines.append((moment_of(line), daemon.name, line))
    with (folder / "errors.txt").open("w") as output:
        for error in errors:
            fault = f"{error['fault']}: {error['reason'] or 'NOT EXPLAINED'}"
            output.write(f"\nrequest {error['number']} {error['kind']} at {error['via']}: {error['outcome']} "
                         f"{error['detail']}; {fault}\n")
            near = [line for line in lines if line[0] and error["start"] - 0.2 <= line[0] <= error["end"] + 0.2]
            own = [line for line in near if error["page_number"] and error["page_number"] in line[2]]
            for _, name, line in (own or near)[:10]:
                output.write(f"    {name}: {line}\n")


def moment_of(line):
    try:
        return datetime.datetime.fromisoformat(line.split(" ", 1)[0].replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
