"""leadlift features profile: how each feature is distributed over time, and what it alone is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.evaluation import FeatureProfile
from leadlift.features import Home, feature_query
from leadlift.features.calendar import month_later
from leadlift.features.population import customers_source
from leadlift.features.rows import col
from leadlift.features.sample import sampled_spine
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.specs import FeatureDef, Workspace
from leadlift.workflows.last_day import last_day
from leadlift.workflows.profile_columns import Column, columns_of, profiled, same_order
from leadlift.workflows.profile_strength import strengths
from leadlift.workflows.profiled import data_now, keep_profiles, made_of
from leadlift.workflows.session import opened

MONTHS, SAMPLE = 6, 20_000
TABLE = "profiled"


@dataclass(frozen=True)
class Profiled:
    """What was looked at. hidden: features of which nothing is looked at, and why. notes: what could not be told."""

    days: tuple[date, ...]
    customers: int
    features: dict[str, FeatureProfile]
    hidden: dict[str, str]
    notes: tuple[str, ...]
    path: Path


def profile(
    ws: Workspace,
    names: Sequence[str] = (),
    months: int = MONTHS,
    sample: int = SAMPLE,
    as_of: date | None = None,
    progress: Progress = SILENT,
) -> Profiled:
    """Profile the named features, or all that may be seen, on a sample of customers, and keep what was found.

    months: how many as-of dates, a month apart, the last being `as_of` or else the day the data ends. sample: about so
    many customers at each date, always the same ones. The first date is what the others are held against: features
    serve several models, and each of these has a training period of its own. pii and protected features are never read.
    """
    wanted, hidden = _wanted(ws, names)
    data = data_now(ws)
    with opened(ws) as home:
        end = as_of or last_day(home)
        days = [month_later(end, -back) for back in reversed(range(months))]
        progress.step("sample of customers")
        spine = sampled_spine(home, customers_source(home.sources), days, sample)
        query, built = feature_query(home, ws.features, list(wanted), spine, progress)
        progress.step("values of the sample")
        path, _ = home.kept("profile", query, [built])
        home.engine.define_files(TABLE, path)
        found, customers = _over_time(home, wanted, days, sample, progress)
        told, notes = strengths(ws, home, wanted, sample, progress)
    made = date.today()
    profiles = {
        name: replace(
            one,
            made_on=made,
            made_of=made_of(ws, name, data),
            strengths=tuple(told.get(name, ())),
            sample=sample,
        )
        for name, one in found.items()
    }
    seen = tuple(month.as_of for one in list(profiles.values())[:1] for month in one.months)
    empty = [day for day in days if day not in seen]
    notes += [f"no customers as of {day}" for day in empty]
    return Profiled(seen, customers, profiles, hidden, tuple(notes), keep_profiles(ws, profiles))


def _wanted(ws: Workspace, names: Sequence[str]) -> tuple[dict[str, FeatureDef], dict[str, str]]:
    features = {name: ws.feature(name) for name in names} or dict(ws.features)
    hidden = {name: one.hidden for name, one in features.items() if one.hidden is not None}
    if names and hidden:
        name, why = next(iter(hidden.items()))
        raise UserError(f"feature '{name}' is {why}: its values are not looked at. Profile others")
    shown = {name: one for name, one in features.items() if one.hidden is None}
    if not shown:
        raise UserError("there is no feature to profile; define one in feature_defs/")
    return shown, hidden


def _over_time(
    home: Home, wanted: Mapping[str, FeatureDef], days: Sequence[date], sample: int, progress: Progress
) -> tuple[dict[str, FeatureProfile], int]:
    """Each feature at each date, one date in memory at a time, and how many customers the last date has."""
    frozen: dict[str, Column] = {}
    last = {}
    for place, day in enumerate(days):
        progress.step(f"as of {day}")
        progress.done(place / len(days))
        values = columns_of(_at(home, list(wanted), day), wanted)
        if not values:
            continue
        last = values
        for name, column in values.items():
            frozen[name] = frozen[name].then(day, column) if name in frozen else Column.first(day, column)
    if not last:
        raise UserError(f"no customers from {days[0]} to {days[-1]}; name another day with --as-of")
    progress.step("features alike")
    twins = same_order(last)
    found = {name: profiled(column, last[name], twins.get(name, ())) for name, column in frozen.items()}
    return found, len(next(iter(last.values())))


def _at(home: Home, names: Sequence[str], day: date) -> pa.Table:
    # in the order of the customers: twins are told apart by their places
    on_day = exp.EQ(this=col(AS_OF), expression=exp.cast(exp.Literal.string(day.isoformat()), "DATE"))
    query = exp.select(*(col(name) for name in names)).from_(TABLE).where(on_day).order_by(col(CUSTOMER))
    return home.engine.table(query)
