"""What `leadlift features verify` found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass
class Read:
    """What was looked at of a source. rows: of the sampled customers, with all their versions. For all pairs together:
    known: rows that could be read, ends_hidden: those of them whose end could not. left: why -> rows that could not."""

    source: str
    rows: int = 0
    known: int = 0
    ends_hidden: int = 0
    left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DifferingRow:
    """A source row behind a value. parting: the two values part over it."""

    why: str
    parting: bool
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """The first value that is not what the second way gives. way: how it was built. how: what would give it."""

    feature: str
    customer: str
    as_of: date
    way: str
    built: Any
    rebuilt: Any
    how: str
    rows: tuple[DifferingRow, ...]


@dataclass(frozen=True)
class Verified:
    """What was proved. values: compared, for each way. late, without: pairs with rows not known yet, and with none."""

    pairs: int
    customers: int
    late: int
    without: int
    dates: tuple[date, ...]
    features: int
    values: Mapping[str, int]
    sources: tuple[Read, ...]
    notes: tuple[str, ...]
    difference: Difference | None
