"""Feature tables on disk: built once, kept in the cache under the content that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.engines import Engine, Fault, Partition
from leadlift.engines.files import digest, sweep
from leadlift.features.choose import by_source, needed
from leadlift.features.compile import with_formulas
from leadlift.features.keys import keys_of
from leadlift.features.ordered import Extra, wide_table
from leadlift.features.parts import Builder, Wanted
from leadlift.features.plans import Plan, Way
from leadlift.features.population import DATES
from leadlift.features.rows import SPINE, col, opened, raw_name
from leadlift.features.spines import Block, Spine, block_of
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.specs import FeatureDef, Source

CACHE_VERSION = "2"
BLOCKS, TILES = "features", "tiles"


@dataclass(frozen=True)
class Home:
    """Where tables are opened, built and kept.

    customer_key: the workspace's. fingerprints: source -> what its data and declaration were on opening.
    way: how features are computed; `auto` chooses by what it costs.
    """

    engine: Engine
    cache: Path
    sources: Mapping[str, Source]
    customer_key: str
    fingerprints: Mapping[str, str]
    way: Way = "auto"
    _pieces: dict[str, list[Partition]] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, name: str, query: exp.Query, made_of: Sequence[str]) -> tuple[Path, str]:
        """The Parquet file that holds the query's answer, built if need be, and its key.

        made_of: fingerprints of all that the query reads. The text of the query is part of the key, so that a
        changed definition is a new file.
        """
        key = digest(
            "\n".join([CACHE_VERSION, self.engine.dialect, self.engine.explain_sql(query), *sorted(made_of)])
        )
        path = self.cache / f"{name}-{key}.parquet"
        if not path.exists():
            self.engine.write(query, path)
        return path, key

    def prints(self, *names: str) -> list[str]:
        """The fingerprints of sources and of the lookups joined to them."""
        wanted = set(names) | {join.source for name in names for join in self.sources[name].joins}
        return [f"{name}={self.fingerprints[name]}" for name in sorted(wanted)]

    def declared(self, name: str) -> str:
        """A fingerprint of how a source is declared, and of the lookups joined to it with their data."""
        source = self.sources[name]
        joined = [self.fingerprints[join.source] for join in source.joins]
        return digest("\n".join([self.engine.dialect, self.customer_key, source.model_dump_json(), *joined]))

    def pieces(self, name: str) -> list[Partition]:
        """The partitions of a source, looked at once."""
        if name not in self._pieces:
            self._pieces[name] = self.engine.partitions(self.sources[name])
        return self._pieces[name]


def open_sources(
    engine: Engine, cache: Path, sources: Mapping[str, Source], customer_key: str, way: Way = "auto"
) -> tuple[Home, list[tuple[str, Fault]]]:
    """Open every source under its name, lookups first, and tell every fault found."""
    sweep(cache)
    faults: list[tuple[str, Fault]] = []
    broken: set[str] = set()
    fingerprints = {}
    for name in sorted(sources, key=lambda one: (sources[one].kind != "lookup", one)):
        source = sources[name]
        found = engine.open_source(raw_name(name), source)
        faults += [(name, fault) for fault in found]
        fingerprints[name] = digest(engine.fingerprint(source) + source.model_dump_json())
        if found or broken & {join.source for join in source.joins}:
            broken.add(name)
        else:
            engine.define(name, opened(name, source, sources))
    return Home(engine, cache, sources, customer_key, fingerprints, way), faults


def define_dates(home: Home, days: Sequence[date]) -> str:
    """Make the as-of dates readable as the table `as_of_dates`; returns their fingerprint."""
    home.engine.define_table(DATES, pa.table({AS_OF: pa.array(days, pa.date32())}))
    return ",".join(day.isoformat() for day in days)


def keep_spine(home: Home, query: exp.Select, made_of: Sequence[str]) -> Spine:
    """Build a spine of one block, make it readable as `spine`, and return it.

    query: customer_id, as_of and perhaps what the case itself holds. made_of: fingerprints of what it reads.
    """
    path, _ = home.kept(SPINE, query.order_by(col(AS_OF), col(CUSTOMER)), made_of)
    home.engine.define_files(SPINE, path)
    return Spine((block_of(path),))


def together(home: Home, spines: Sequence[Spine]) -> Spine:
    """Spines of one day each as one, in the order of time, readable as `spine`."""
    blocks = sorted((block for spine in spines for block in spine.blocks), key=lambda block: block.first)
    home.engine.define_files(SPINE, *(block.path for block in blocks))
    return Spine(tuple(blocks))


def feature_query(
    home: Home,
    catalogue: Mapping[str, FeatureDef],
    names: Sequence[str],
    spine: Spine,
    progress: Progress = SILENT,
    extra: Sequence[Extra] = (),
) -> tuple[exp.Select, str]:
    """Build what the named features need for the spine; the query that gives them all, and its key.

    Its rows come in the spine's order: by as-of date, then customer. What is built already, by whichever command, is
    found by its key; an edited definition makes that feature alone be built anew. extra: further columns of files
    that hold the spine's rows.
    """
    made_of = needed(catalogue, names)
    wanted = _whole(home, catalogue, made_of)
    keys = _builder(home).build(wanted, spine, home.way, progress)
    parts, formulas = by_source(made_of)
    plain = [feature for features in parts.values() for feature in features]
    table, key = wide_table(home.engine, home.cache / BLOCKS, spine, plain, keys, extra)
    query = with_formulas(exp.select("*").from_(exp.to_table(table)), formulas)
    return query, digest("\n".join([spine.key, key, home.engine.explain_sql(query)]))


def planned(
    home: Home, catalogue: Mapping[str, FeatureDef], names: Sequence[str], spine: Spine
) -> list[tuple[Plan, int]]:
    """For each source what would be done now, and how many of its features are built already."""
    wanted = _whole(home, catalogue, needed(catalogue, names))
    return _builder(home).planned(wanted, spine, home.way)


def keys_now(
    home: Home, catalogue: Mapping[str, FeatureDef], made_of: Sequence[FeatureDef], block: Block
) -> Mapping[str, str]:
    """Feature -> the key under which it would lie for a block, by today's definitions and data."""
    wanted = _whole(home, catalogue, made_of)
    return {
        name: key
        for one in wanted
        for name, key in keys_of(
            one.features, home.sources[one.source], one.prints, one.partitions, block
        ).items()
    }


def _builder(home: Home) -> Builder:
    folder, tiles = home.cache / BLOCKS, home.cache / TILES
    return Builder(home.engine, folder, tiles, home.sources, home.customer_key, _everyone(home))


def _everyone(home: Home) -> int | None:
    """About how many customers there are: the rows of the table that says who is one, by its files."""
    for name, source in home.sources.items():
        if source.kind == "attributes":
            rows = [piece.rows for piece in home.pieces(name)]
            return None if None in rows else sum(row or 0 for row in rows)
    return None


def _whole(home: Home, catalogue: Mapping[str, FeatureDef], made_of: Sequence[FeatureDef]) -> list[Wanted]:
    """All features of every source that is needed: a pass over rows costs little more for all than for some."""
    sources = {feature.source for feature in made_of if feature.source is not None}
    parts, _ = by_source(f for f in catalogue.values() if f.source in sources)
    return [
        Wanted(name, tuple(features), home.declared(name), tuple(home.pieces(name)))
        for name, features in parts.items()
    ]


__all__ = [
    "Home",
    "define_dates",
    "feature_query",
    "keep_spine",
    "open_sources",
    "planned",
    "together",
]
