"""The values that early warning looks at: of everyone scored, on the day, before it, and in the months before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from leadlift.features import Home, feature_query, needed
from leadlift.features.calendar import month_later
from leadlift.features.rows import ROW, as_date, col
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import Progress
from leadlift.specs import FeatureDef
from leadlift.specs.warning import EarlyWarning
from leadlift.training import everyone_spine

Floats = npt.NDArray[np.floating]
WARNED_OF = "warned_of"


@dataclass(frozen=True, eq=False)
class Values:
    """Features of customers at days. days: as-of date -> (n, f), NaN where unknown. names: of the columns."""

    names: tuple[str, ...]
    days: Mapping[date, Floats]

    def of(self, name: str, day: date) -> Floats:
        """One feature on one day, (n,)."""
        return np.asarray(self.days[day][:, self.names.index(name)], dtype=np.float64)

    def past(self, names: Sequence[str], days: Sequence[date]) -> Floats:
        """Features over some days, (n, days, features)."""
        places = [self.names.index(name) for name in names]
        return np.stack([self.days[day][:, places] for day in days], axis=1)


@dataclass(frozen=True)
class Months:
    """The months that a day is held against, and those that the month before it is: as many, one month earlier."""

    own: tuple[date, ...]
    reference: date | None
    of_reference: tuple[date, ...]
    left_out: int


def months_of(home: Home, features: Mapping[str, FeatureDef], spec: EarlyWarning, as_of: date) -> Months:
    """Which months count: those in which every window of the features lies within the data."""
    unusual = spec.unusual
    if unusual is None:
        return Months((), None, (), 0)
    begins = _begins(home, features, unusual.chosen(features))
    asked = [month_later(as_of, -back) for back in range(1, unusual.months + 2)]
    whole = [day for day in asked if begins is None or day >= begins]
    own, earlier = whole[: unusual.months], whole[1 : unusual.months + 1]
    kept = len(earlier) if len(earlier) >= unusual.least else 0
    return Months(
        tuple(own), whole[0] if kept else None, tuple(earlier) if kept else (), unusual.months - len(own)
    )


def days_of(spec: EarlyWarning, months: Months, as_of: date) -> list[date]:
    """Every day on which features must be known."""
    days = {as_of, *months.own, *months.of_reference}
    days |= {as_of - timedelta(days=one.over) for one in spec.indicators if one.over is not None}
    return sorted(days)


def values_of(
    home: Home,
    features: Mapping[str, FeatureDef],
    names: Sequence[str],
    customers: pa.Array,
    days: Sequence[date],
    progress: Progress,
) -> Values:
    """Build the features at the days, as of each, and lay them out by customer.

    customers: ids in the order of the alphabet.
    """
    spine = everyone_spine(home, days)
    query, _ = feature_query(home, features, names, spine, progress)
    home.engine.define_table(WARNED_OF, pa.table({CUSTOMER: customers}))
    progress.step("values before")
    told = {}
    for place, day in enumerate(days):
        told[day] = _on(home, query, names, customers, day)
        progress.done((place + 1) / len(days))
    return Values(tuple(names), told)


def _on(home: Home, query: exp.Select, names: Sequence[str], customers: pa.Array, day: date) -> Floats:
    here = exp.EQ(this=col(AS_OF, ROW), expression=exp.cast(exp.Literal.string(day.isoformat()), "DATE"))
    same = exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, WARNED_OF))
    numbers = [exp.cast(col(name, ROW), "DOUBLE").as_(name, quoted=True) for name in names]
    asked = exp.select(col(CUSTOMER, ROW), *numbers).from_(query.subquery(ROW))
    rows = home.engine.table(asked.join(exp.to_table(WARNED_OF), on=same).where(here))
    places = _places(customers, rows[CUSTOMER])
    values = np.full(
        (len(customers), len(names)), np.nan, dtype=np.float32 if len(customers) > 200_000 else np.float64
    )
    for column, name in enumerate(names):
        values[places, column] = rows[name].to_numpy(zero_copy_only=False).astype(np.float64)
    return values


def _places(customers: pa.Array, wanted: pa.ChunkedArray) -> npt.NDArray[np.intp]:
    found = pc.index_in(wanted, value_set=customers)
    return np.asarray(found.to_numpy(), dtype=np.intp)


def _begins(home: Home, features: Mapping[str, FeatureDef], names: Sequence[str]) -> date | None:
    """The first day at which every window of these features lies within the data of its source."""
    clocked: dict[str, int] = {}
    for one in needed(features, names):
        source = home.sources.get(one.source or "")
        if source is not None and source.kind in ("events", "snapshots") and source.clock is not None:
            clocked[str(one.source)] = max(clocked.get(str(one.source), 0), one.window or 0)
    begins = [
        first + timedelta(days=window) for name, window in clocked.items() if (first := _first(home, name))
    ]
    return max(begins, default=None)


def _first(home: Home, name: str) -> date | None:
    source = home.sources[name]
    first = exp.Min(this=as_date(col(str(source.clock)))).as_("first")
    found: date | None = home.engine.table(exp.select(first).from_(exp.to_table(name)))["first"][0].as_py()
    return found
