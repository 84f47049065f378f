"""What was found of each rule, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from leadlift.engines import Fault
from leadlift.specs import Severity

Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """One rule and how it fared. It holds when nothing fails.

    failing of `of` units (rows, days or periods) break it. examples: values that do, never of a pii column.
    row: the key of one row that does, or "". message: a sentence, also of a rule that holds. path: where the
    rule stands below the source in leadlift.yaml. left_out: its rows are not read, so it stops nothing.
    """

    source: str
    rule: str
    severity: Severity
    failing: int
    of: int
    message: str
    path: Where
    column: str | None = None
    unit: str = "rows"
    examples: tuple[str, ...] = ()
    row: str = ""
    left_out: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing breaks the rule."""
        return self.failing == 0


@dataclass(frozen=True)
class Looked:
    """A source that was looked at. days: the day and its rows, in order, up to the last day that counts.

    marked: days or first days of periods that stand out, with the reason ("gap", "unusual", "future").
    """

    source: str
    rows: int
    findings: tuple[Finding, ...]
    days: tuple[tuple[date, int], ...] = ()
    marked: tuple[tuple[date, date, str], ...] = ()


def broken(looked: Iterable[Looked], *severities: Severity) -> list[Finding]:
    """Rules that are broken, of these severities or of any, in the order of the sources."""
    found = [finding for one in looked for finding in one.findings if not finding.holds]
    return [finding for finding in found if not severities or finding.severity in severities]


def stopping(looked: Iterable[Looked]) -> list[Finding]:
    """Broken rules at which a careful reader stops: errors whose rows are not left out anyway."""
    return [finding for finding in broken(looked, "error") if not finding.left_out]


def unparsed(source: str, faults: Sequence[Fault]) -> tuple[Finding, ...]:
    """Values that are not of their column's type, as findings of the rule `type`."""
    return tuple(
        Finding(
            source=source,
            rule="type",
            severity="error",
            failing=fault.count,
            of=fault.rows,
            message=fault.message,
            path=fault.path,
            column=str(fault.path[1]),
            examples=(fault.example,) if fault.example is not None else (),
        )
        for fault in faults
        if fault.count
    )


def such_as(examples: Sequence[str], row: str = "") -> str:
    """`, such as 'X' and 'Y' (txn_id T12)`, or as much of it as there is."""
    values = " and ".join(repr(value) for value in examples)
    told = f", such as {values}" if values else ""
    return f"{told} ({row})" if row else told
