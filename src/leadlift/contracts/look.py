"""Looking at a source once, and judging what was seen when the last day of all data is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from leadlift.contracts import days as calendar
from leadlift.contracts.findings import Finding, Looked, such_as
from leadlift.contracts.query import (
    COUNTS,
    DAYS,
    PART,
    Contract,
    contract_of,
    contract_query,
    own_errors,
    repeats_of,
)
from leadlift.contracts.rules import weight
from leadlift.engines import Engine
from leadlift.specs import Source


@dataclass(frozen=True)
class Seen:
    """What one query said of a source.

    counts: its row of counts. repeats: for each key rule rows that repeat and two values. at: rows by the day
    they happened on. late: rows by the last day that they speak of, happening or becoming known.
    """

    contract: Contract
    counts: Mapping[str, Any]
    repeats: tuple[Mapping[str, Any], ...]
    at: Mapping[date, int]
    late: Mapping[date, int]

    @property
    def rows(self) -> int:
        """How many rows the source has."""
        return int(self.counts["n"])

    @property
    def left_out(self) -> int:
        """How many of them are not read, as `on_fail: quarantine` says."""
        return int(self.counts.get("left_out") or 0)


def look(engine: Engine, name: str, source: Source, sources: Mapping[str, Source], customer: str) -> Seen:
    """Ask everything of a source's rows in one query. The source and those it refers to must be open.

    customer: the workspace's customer key.
    """
    contract = contract_of(name, source, sources, customer)
    answer = engine.table(contract_query(contract)).to_pylist()
    parts = {row[PART]: row for row in answer if row[PART] != DAYS}
    at: Counter[date] = Counter()
    late: Counter[date] = Counter()
    for row in answer:
        if row[PART] == DAYS and row["at"] is not None:
            at[row["at"]] += row["n"]
        if row[PART] == DAYS and row["late"] is not None:
            late[row["late"]] += row["n"]
    repeats = tuple(parts[repeats_of(index)] for index in range(len(contract.keys)))
    return Seen(contract, parts[COUNTS], repeats, at, late)


def last_day(seen: Iterable[Seen]) -> date | None:
    """The day on which all data ends, as the data itself tells it; None when no source has a clock.

    It is the newest day on which something happened whose week holds at least a tenth of the rows that a week
    usually does, all sources together: a single row dated years ahead does not move it. The machine's own clock
    is never asked, so that the same data always gives the same answer.
    """
    rows: Counter[date] = Counter()
    for one in seen:
        rows.update(one.at)
    return calendar.end_of(rows)


def judge(seen: Seen, day: date | None, *, asked: bool) -> Looked:
    """Every rule of a source, as it is on a day.

    asked: somebody named the day, so that what became known after it comes from the future; a day that the data
    itself ends with says nothing of that, since the last rows may be loaded days after they happened.
    """
    findings = [*_of_rows(seen), *_of_keys(seen), *_of_left_out(seen)]
    name, source = seen.contract.name, seen.contract.source
    if source.day_clock is None or day is None:
        return Looked(name, seen.rows, tuple(findings))
    told = calendar.of_days(name, source, seen.at, seen.late if asked else seen.at, day, seen.rows)
    past = tuple(sorted((one, count) for one, count in seen.at.items() if one <= day))
    return Looked(name, seen.rows, (*findings, *told.findings), past, told.marked)


def _of_rows(seen: Seen) -> Iterable[Finding]:
    contract, counts = seen.contract, seen.counts
    source, own = contract.source, set(own_errors(contract))
    for index, rule in enumerate(contract.rows):
        count = int(counts[f"n{index}"])
        values = [counts.get(f"low{index}"), counts.get(f"high{index}")]
        examples = tuple(dict.fromkeys(str(value) for value in values if value is not None))
        key = counts.get(f"key{index}")
        row = f"{', '.join(contract.identity)} {key}" if key is not None else ""
        yield Finding(
            source=contract.name,
            rule=rule.rule,
            severity=rule.severity,
            failing=count,
            of=seen.rows,
            message=f"{_share(count, seen.rows)} {rule.says}{such_as(examples, row)}",
            path=rule.path,
            column=rule.column,
            examples=examples,
            row=row,
            left_out=source.on_fail == "quarantine" and index in own,
        )


def _of_keys(seen: Seen) -> Iterable[Finding]:
    for rule, row in zip(seen.contract.keys, seen.repeats, strict=True):
        count = int(row["n"])
        examples = tuple(dict.fromkeys(v for v in (row["low"], row["high"]) if rule.shown and v is not None))
        yield Finding(
            source=seen.contract.name,
            rule=rule.rule,
            severity=rule.severity,
            failing=count,
            of=seen.rows,
            message=f"{_share(count, seen.rows)} {rule.says}{such_as(examples)}",
            path=rule.path,
            column=rule.columns[0] if rule.rule == "unique" else None,
            examples=examples,
        )


def _of_left_out(seen: Seen) -> Iterable[Finding]:
    """With `on_fail: quarantine` what is left out is told, and too much of it is a fault of its own."""
    source, severity = seen.contract.source, weight(seen.contract.source, "left_out")
    if source.on_fail != "quarantine" or severity is None or not own_errors(seen.contract):
        return
    count, limit = seen.left_out, source.checks.left_out
    says = f"are left out as `on_fail: quarantine` says; at most {limit:.1%} may be"
    yield Finding(
        source=seen.contract.name,
        rule="left_out",
        severity=severity,
        failing=count if count > limit * seen.rows else 0,
        of=seen.rows,
        message=f"{_share(count, seen.rows)} {says}",
        path=("on_fail",),
    )


def _share(count: int, rows: int) -> str:
    return f"{count:,} of {rows:,} rows"
