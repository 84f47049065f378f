"""The sources that champions read, each looked at once however many pipelines read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from leadlift.contracts import Finding, Looked, judge, look, stopping
from leadlift.features import Home, needed
from leadlift.features.population import customers_source
from leadlift.monitoring import Feed, daily_query, feed_of, watched_columns
from leadlift.specs import FeatureDef, Pipeline, Workspace

# rules of time: these are what feeds judge, as of the day stood on
OF_DAYS = ("future", "fresh", "gaps", "volume")


class SourceStates:
    """What the sources are like on a day; asked of each only once."""

    def __init__(self, ws: Workspace, home: Home, day: date) -> None:
        self._ws, self._home, self._day = ws, home, day
        self._days: dict[str, pa.Table] = {}
        self._looked: dict[str, Looked] = {}

    def feeds(self, names: Iterable[str], marks: Mapping[str, float]) -> list[Feed]:
        """How each source comes; those without a day clock say nothing of that."""
        return [self._feed(name, marks) for name in names if self._home.sources[name].day_clock is not None]

    def broken(self, names: Iterable[str]) -> list[Finding]:
        """Error rules of their rows that are broken, in all rows that are read."""
        found = stopping([self._contract(name) for name in names])
        return [one for one in found if one.rule not in OF_DAYS]

    def _feed(self, name: str, marks: Mapping[str, float]) -> Feed:
        source = self._home.sources[name]
        columns = watched_columns(source, self._home.sources)
        if name not in self._days:
            self._days[name] = self._home.engine.table(daily_query(name, source, columns, self._day))
        return feed_of(name, source, columns, self._days[name], self._day, marks)

    def _contract(self, name: str) -> Looked:
        if name not in self._looked:
            home = self._home
            seen = look(home.engine, name, home.sources[name], self._ws.sources, home.customer_key)
            self._looked[name] = judge(seen, self._day, asked=False)
        return self._looked[name]


def sources_of(
    spec: Pipeline, catalogue: Mapping[str, FeatureDef], features: Iterable[str], home: Home
) -> list[str]:
    """The sources that a champion's features, population and outcomes come from, in the order of their names."""
    named = {spec.population.source, spec.population.table, spec.population.score, spec.target.source}
    named |= {feature.source for feature in needed(catalogue, features)}
    if spec.population.table is None:
        named.add(customers_source(home.sources))
    return sorted(name for name in named if name is not None and name in home.sources)
