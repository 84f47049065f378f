"""Rules of days: how fresh, without gaps, as many as usual, none from the future. All from rows counted by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from leadlift.contracts.findings import Finding
from leadlift.contracts.periods import Volume, gaps_in, volumes
from leadlift.contracts.rules import weight
from leadlift.specs import Severity, Source
from leadlift.specs.base import listed

WEEK, LEAST = timedelta(days=7), 0.1
Marked = tuple[date, date, str]


@dataclass(frozen=True)
class Told:
    """Findings, and the stretches of time that stand out: first day, last day, and why."""

    findings: tuple[Finding, ...]
    marked: tuple[Marked, ...]


def end_of(rows: Mapping[date, int]) -> date | None:
    """The newest day whose week, itself the last day, holds a tenth of what is usual; None without rows.

    Usual is the week of the median row: years in which a few customers joined do not count as much as the days
    on which most of the rows stand.
    """
    ordered = sorted(rows)
    held = _weekly(ordered, rows)
    usual = _of_median_row(held, [rows[day] for day in ordered])
    ending = zip(reversed(ordered), reversed(held), strict=True)
    return next((day for day, count in ending if count >= LEAST * usual), None)


def _of_median_row(held: Sequence[int], rows: Sequence[int]) -> int:
    """The week of the row in the middle, when rows stand in the order of how much their week holds."""
    passed, half = 0, sum(rows) / 2
    for count, weight_of in sorted(zip(held, rows, strict=True)):
        passed += weight_of
        if passed >= half:
            return count
    return 0


def of_days(
    name: str, source: Source, at: Mapping[date, int], late: Mapping[date, int], day: date, rows: int
) -> Told:
    """The rules of days of one source. at: rows by the day they happened on. day: the day stood on.

    late: rows by the last day that they may speak of; those after `day` come from the future.
    """
    findings: list[Finding] = []
    marked: list[Marked] = []
    past = sorted(one for one in at if one <= day)
    if (severity := weight(source, "future")) is not None:
        findings.append(_future(name, source, late, day, rows, severity))
    if source.checks.fresh is not None and (severity := weight(source, "fresh")) is not None:
        findings.append(_fresh(name, source.checks.fresh, past, day, severity))
    if source.checks.gaps is not None and (severity := weight(source, "gaps")) is not None:
        finding, stretches = _gaps(name, source, past, severity)
        findings.append(finding)
        marked += [(first, last, "gap") for first, last in stretches]
    if source.checks.volume is not None and (severity := weight(source, "volume")) is not None:
        told = volumes(at, source.checks.volume, day, source.checks.unusual)
        findings.append(_volume(name, told, source.checks.volume, severity))
        marked += [(one.first, one.last, "unusual") for one in told if one.unusual]
    return Told(tuple(findings), tuple(marked))


def _weekly(ordered: Sequence[date], rows: Mapping[date, int]) -> list[int]:
    """For each day the rows of the seven days that end with it."""
    held, first, total = [], 0, 0
    for day in ordered:
        total += rows[day]
        while ordered[first] <= day - WEEK:
            total -= rows[ordered[first]]
            first += 1
        held.append(total)
    return held


def _future(
    name: str, source: Source, late: Mapping[date, int], day: date, rows: int, severity: Severity
) -> Finding:
    ahead = {one: count for one, count in late.items() if one > day}
    count = sum(ahead.values())
    clocks = [clock for clock in (source.day_clock, source.available_at) if clock]
    such = f", the last on {max(ahead)}" if ahead else ""
    message = (
        f"{count:,} of {rows:,} rows come from the future: {listed(clocks, 'or')} lies after {day}{such}"
    )
    examples = tuple(dict.fromkeys(str(one) for one in (min(ahead), max(ahead)))) if ahead else ()
    path = ("checks", "severity", "future")
    return Finding(name, "future", severity, count, rows, message, path, examples=examples)


def _fresh(name: str, limit: int, past: Sequence[date], day: date, severity: Severity) -> Finding:
    newest = past[-1] if past else None
    age = (day - newest).days if newest is not None else None
    stale = age is None or age > limit
    said = f"the newest row is of {newest}, {age} days before {day}" if past else f"no row up to {day}"
    return _one(name, "fresh", severity, stale, f"{said}; at most {limit} days are allowed", "source", said)


def _gaps(
    name: str, source: Source, past: Sequence[date], severity: Severity
) -> tuple[Finding, list[tuple[date, date]]]:
    limit = str(source.checks.gaps)
    found = gaps_in(past, limit, source.checks.weekends)
    stretches = [(first, last) for first, last, length in found]
    unit = {"d": "days", "m": "months"}[limit[-1]]
    missing = sum(length for *_, length in found)
    longest = max(found, key=lambda gap: gap[2], default=None)
    said = f"no gap of more than {limit[:-1]} {unit}"
    if longest is not None:
        many = f"{len(found):,} gap{'s' * (len(found) > 1)} of more than {limit[:-1]} {unit}"
        said = f"{many} without a row; the longest from {longest[0]} to {longest[1]}"
    examples = tuple(f"{first} to {last}" for first, last in stretches[:2])
    path = ("checks", "gaps")
    finding = Finding(name, "gaps", severity, missing, _span(past, unit), said, path, None, unit, examples)
    return finding, stretches


def _span(past: Sequence[date], unit: str) -> int:
    """Days or months from the first row to the last."""
    if not past:
        return 0
    if unit == "days":
        return (past[-1] - past[0]).days + 1
    return (past[-1].year - past[0].year) * 12 + past[-1].month - past[0].month + 1


def _volume(name: str, told: Sequence[Volume], period: str, severity: Severity) -> Finding:
    last = told[-1] if told else None
    if last is None or last.usual is None:
        return _one(name, "volume", severity, False, f"too few whole {period}s to know what is usual", period)
    word = "drop" if last.rows < last.usual else "flood"
    range_of = f"usual are {last.usual:,.0f} ({last.low:,.0f} to {last.high:,.0f})"
    told_of = f"{last.rows:,} rows in the {period} from {last.first}"
    said = f"{told_of}; {range_of}"
    said = f"a sudden {word}: {said}" if last.unusual else said
    return _one(name, "volume", severity, last.unusual, said, period, f"{told_of}, usually {last.usual:,.0f}")


def _one(
    name: str, rule: str, severity: Severity, fails: bool, message: str, unit: str, shown: str = ""
) -> Finding:
    """A finding on the source as a whole, which breaks the rule or not. shown: what of it is at fault."""
    examples = (shown,) if shown and fails else ()
    path = ("checks", rule)
    return Finding(name, rule, severity, int(fails), 1, message, path, unit=unit, examples=examples)
