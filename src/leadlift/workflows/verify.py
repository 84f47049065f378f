"""leadlift features verify: sampled values computed once more by a second way, and held against those that are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.features import Home, Spine, feature_query, keep_spine, needed, planned, together
from leadlift.features.plans import ways_of
from leadlift.features.proof import (
    Reader,
    Rebuilder,
    Sample,
    data_days,
    explained,
    formula,
    same,
    sampled,
    shown_columns,
    spread_dates,
)
from leadlift.features.rows import col, raw_name
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.specs import FeatureDef, Workspace, marked_columns
from leadlift.training import everyone_spine
from leadlift.workflows.session import apart, opened
from leadlift.workflows.verified import Difference, DifferingRow, Read, Verified

MASK = "***"
SAMPLE, SEED = 1000, 1
CUSTOMERS_AT_ONCE = 250
# everyone on a day is built for the proof only where that is quick; what is built already is taken in any case
MOST_EVERYONE = 100_000
WAYS: dict[str, str] = {"sql": "by SQL", "tiles": "by tiles", "everyone": "as built for everyone"}
Pair = tuple[str, date]
Built = Mapping[Pair, Mapping[str, Any]]


def verify(
    ws: Workspace,
    names: Sequence[str] = (),
    sample: int = SAMPLE,
    as_of: Sequence[date] = (),
    seed: int = SEED,
    progress: Progress = SILENT,
) -> Verified:
    """Compute the named features, or all, once more for sampled customers and as-of dates, and compare.

    sample: at most so many pairs of customer and date. as_of: the dates; by default some over all the time of the data.
    seed: another one draws others. The values are those that SQL and tiles give, built anew for the pairs, and those of
    the last date as they are built for everyone. Stops at the first that differs.
    """
    features = needed(ws.features, [ws.feature(name).name for name in names] or list(ws.features))
    if not features:
        note = "no features are defined: the columns of flat tables are read as they stand"
        return Verified(0, 0, 0, 0, (), 0, {}, (), (note,), None)
    with opened(ws) as home, apart(home) as folder:
        progress.step("choosing customers")
        used = {name: home.sources[name] for name in home.sources if any(f.source == name for f in features)}
        days = sorted(set(as_of)) or _spread(home)
        chosen = sampled(home.engine, used, home.customer_key, days, sample, seed)
        if not chosen.pairs:
            raise UserError(f"{', '.join(used)}: no customers, and so nothing to verify")
        built = _built(ws, home, folder, features, chosen, progress)
        return _Comparison(ws, home, features, chosen, built).made(days, progress)


def _spread(home: Home) -> list[date]:
    ends = data_days(home.engine, home.sources)
    return spread_dates(*ends) if ends is not None else [date.today()]


# ---------------------------------------------------------------- what a build gives


def _built(
    ws: Workspace,
    home: Home,
    folder: Path,
    features: Sequence[FeatureDef],
    chosen: Sample,
    progress: Progress,
) -> dict[str, Built]:
    """Way -> the values of the pairs that it builds."""
    names = [feature.name for feature in features]
    found: dict[str, Built] = {}
    for way in ways_of(home.engine):
        progress.step(f"building {WAYS[way]}")
        # a cache of its own: nothing that was built before is taken, and nothing is left behind
        alone = replace(home, cache=folder / way, way=way)
        query, _ = feature_query(alone, ws.features, names, _spine(alone, chosen.pairs))
        found[way] = _values(home, query)
    progress.step(f"values {WAYS['everyone']}")
    everyone = _everyone(ws, home, names, chosen)
    return found | ({"everyone": everyone} if everyone else {})


def _spine(home: Home, pairs: Sequence[Pair]) -> Spine:
    """The pairs as a spine, a block for each day as when everyone is built."""
    blocks = []
    for day in sorted({day for _, day in pairs}):
        mine = [who for who, other in pairs if other == day]
        asked = pa.table(
            {CUSTOMER: pa.array(mine, pa.string()), AS_OF: pa.array([day] * len(mine), pa.date32())}
        )
        home.engine.define_table("proof_pairs", asked)
        blocks.append(keep_spine(home, exp.select("*").from_("proof_pairs"), [f"{day}", *mine]))
    return together(home, blocks)


def _everyone(ws: Workspace, home: Home, names: Sequence[str], chosen: Sample) -> Built:
    """The pairs of the last date as they are built for everyone: empty where that would take long."""
    last = chosen.pairs[-1][1]
    if not any(source.kind == "attributes" for source in home.sources.values()):
        return {}
    spine = everyone_spine(home, [last])
    missing = any(part.tiled or part.by_sql for part, _ in planned(home, ws.features, names, spine))
    if missing and spine.rows > MOST_EVERYONE:
        return {}
    query, _ = feature_query(home, ws.features, names, spine)
    mine = [exp.Literal.string(who) for who, day in chosen.pairs if day == last]
    return _values(home, query.where(exp.In(this=col(CUSTOMER), expressions=mine)))


def _values(home: Home, query: exp.Select) -> Built:
    rows = home.engine.table(query).to_pylist()
    return {(row[CUSTOMER], row[AS_OF]): row for row in rows}


# ---------------------------------------------------------------- the second way, and the comparison


@dataclass
class _Comparison:
    """Goes through the pairs, customer by customer, until a value differs."""

    ws: Workspace
    home: Home
    features: Sequence[FeatureDef]
    chosen: Sample
    built: Mapping[str, Built]
    values: dict[str, int] = field(default_factory=dict)
    read: dict[str, Read] = field(default_factory=dict)

    def made(self, days: Sequence[date], progress: Progress) -> Verified:
        self.values = dict.fromkeys(self.built, 0)
        progress.step("second way")
        difference = next(self._differences(progress), None)
        told = () if "everyone" in self.built else ("values as built for everyone were not looked at",)
        return Verified(
            pairs=len(self.chosen.pairs),
            customers=len({who for who, _ in self.chosen.pairs}),
            late=self.chosen.late,
            without=self.chosen.without,
            dates=tuple(days),
            features=len(self.features),
            values={WAYS[way]: count for way, count in self.values.items()},
            sources=tuple(self.read.values()),
            notes=told,
            difference=difference,
        )

    def _differences(self, progress: Progress) -> Iterator[Difference]:
        sources = list(dict.fromkeys(str(f.source) for f in self.features if f.source is not None))
        reader = Reader(self.home.engine, self.home.sources, self.home.customer_key, raw_name)
        customers = sorted({who for who, _ in self.chosen.pairs})
        for start in range(0, len(customers), CUSTOMERS_AT_ONCE):
            batch = customers[start : start + CUSTOMERS_AT_ONCE]
            pairs = [pair for pair in self.chosen.pairs if pair[0] in set(batch)]
            for name in sources:
                yield from self._of_source(reader, name, batch, pairs)
            yield from self._of_formulas(pairs)
            progress.done((start + len(batch)) / len(customers))

    def _of_source(
        self, reader: Reader, name: str, batch: Sequence[str], pairs: Sequence[Pair]
    ) -> Iterator[Difference]:
        facts, rows = reader.facts(name, batch)
        told = self.read.setdefault(name, Read(name))
        told.rows += rows
        rebuilder = Rebuilder(self.home.sources[name])
        mine = [feature for feature in self.features if feature.source == name]
        for who, day in pairs:
            known = rebuilder.known(facts[who], who, day)
            told.known += len(known.seen)
            told.ends_hidden += known.ends_hidden
            for _, why in known.left:
                told.left[why] = told.left.get(why, 0) + 1
            for feature in mine:
                answer = rebuilder.answer(feature, known, day)
                for way, built in self._of(who, day):
                    if not same(built[feature.name], answer):
                        how = explained(rebuilder, feature, facts[who], who, day, built[feature.name])
                        rows_told = self._shown(feature, how.rows)
                        yield self._difference(
                            feature, who, day, way, built, answer.value, how.how, rows_told
                        )
                    self.values[way] += 1

    def _of_formulas(self, pairs: Sequence[Pair]) -> Iterator[Difference]:
        """Each over its parts as they were built, since these were compared themselves."""
        for feature in (feature for feature in self.features if feature.source is None):
            compute = formula(feature)
            for who, day in pairs:
                for way, built in self._of(who, day):
                    answer = compute({**built, AS_OF: day})
                    if not same(built[feature.name], answer):
                        parts = ", ".join(f"{use} = {self._masked(use, built[use])}" for use in feature.uses)
                        yield self._difference(
                            feature, who, day, way, built, answer.value, f"Its parts: {parts}", ()
                        )
                    self.values[way] += 1

    def _of(self, who: str, day: date) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for way, built in self.built.items():
            if (who, day) in built:
                yield way, built[who, day]

    def _difference(
        self,
        feature: FeatureDef,
        who: str,
        day: date,
        way: str,
        built: Mapping[str, Any],
        rebuilt: Any,
        how: str,
        rows: tuple[DifferingRow, ...],
    ) -> Difference:
        value, other = (self._masked(feature.name, one) for one in (built[feature.name], rebuilt))
        return Difference(feature.name, who, day, WAYS[way], value, other, how, rows)

    def _masked(self, name: str, value: Any) -> Any:
        return MASK if self.ws.features[name].hidden is not None else value

    def _shown(self, feature: FeatureDef, rows: Sequence[Any]) -> tuple[DifferingRow, ...]:
        source = self.home.sources[str(feature.source)]
        marked = {c for mark in ("pii", "protected") for c in marked_columns(source, self.home.sources, mark)}
        columns = shown_columns(feature, source)
        return tuple(
            DifferingRow(
                one.why,
                one.parting,
                {name: MASK if name in marked else one.fact.values[name] for name in columns},
            )
            for one in rows
        )
