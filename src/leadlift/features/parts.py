"""What is missing of a spine's features, and the building of it: source by source, each the way that is planned."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines import Engine, Partition
from leadlift.features.compile import part_query
from leadlift.features.keys import keys_of
from leadlift.features.plans import Arranged, Batch, Plan, Way, batches, plan_of
from leadlift.features.rows import ROW, SPINE, col
from leadlift.features.spines import Block, Spine
from leadlift.features.store import FILE, deal_out, new_group, stored
from leadlift.features.tiles.measures import Tiled
from leadlift.features.tiles.refused import refuse, refused
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import Progress
from leadlift.specs import FeatureDef, Source

Keys = list[dict[str, str]]
ELSEWHERE = "the engine computes in other processes, for which nothing can be arranged here"


@dataclass(frozen=True)
class Wanted:
    """Features of one source. prints: of its declaration and the lookups joined to it."""

    source: str
    features: tuple[FeatureDef, ...]
    prints: str
    partitions: tuple[Partition, ...]


@dataclass(frozen=True)
class Builder:
    """Builds features of blocks into a folder.

    tiles: where arranged rows are kept. everyone: how many customers there are, where that is known.
    """

    engine: Engine
    folder: Path
    tiles: Path
    sources: Mapping[str, Source]
    customer: str
    everyone: int | None

    def build(self, wanted: Sequence[Wanted], spine: Spine, way: Way, progress: Progress) -> Keys:
        """Build what is missing; returns for each block the key of every feature."""
        keys = self._keys(wanted, spine)
        for one in wanted:
            for features, places in self._missing(one, spine, keys):
                progress.step(f"features of {one.source}")
                blocks = [spine.blocks[place] for place in places]
                self._build(one, features, blocks, [keys[place] for place in places], way, progress)
        self.engine.define_files(SPINE, *(block.path for block in spine.blocks))
        return keys

    def planned(self, wanted: Sequence[Wanted], spine: Spine, way: Way) -> list[tuple[Plan, int]]:
        """For each source what would be done now, and how many of its features are built for every block."""
        keys = self._keys(wanted, spine)
        told = []
        for one in wanted:
            missing = self._missing(one, spine, keys)
            features = [f for f in one.features if any(f in group for group, _ in missing)]
            blocks = [spine.blocks[place] for place in sorted({p for _, places in missing for p in places})]
            plan = self._plan(one, features, blocks, way)
            told.append((plan, len(one.features) - len(features)))
        return told

    def _keys(self, wanted: Sequence[Wanted], spine: Spine) -> Keys:
        keys: Keys = []
        for block in spine.blocks:
            told: dict[str, str] = {}
            for one in wanted:
                source = self.sources[one.source]
                told |= keys_of(one.features, source, one.prints, one.partitions, block)
            keys.append(told)
        return keys

    def _missing(
        self, one: Wanted, spine: Spine, keys: Keys
    ) -> list[tuple[tuple[FeatureDef, ...], list[int]]]:
        """Features that the same blocks lack, with the places of these blocks."""
        groups: dict[tuple[FeatureDef, ...], list[int]] = {}
        for place, block in enumerate(spine.blocks):
            there = stored(self.folder, block)
            lacking = tuple(f for f in one.features if keys[place][f.name] not in there)
            if lacking:
                groups.setdefault(lacking, []).append(place)
        return list(groups.items())

    def _plan(self, one: Wanted, features: Sequence[FeatureDef], blocks: Sequence[Block], way: Way) -> Plan:
        source = self.sources[one.source]
        known = refused(self.tiles, one.source, one.prints)
        arranged = self._arranged(one)
        plan = plan_of(
            one.source,
            source,
            self.sources,
            features,
            one.partitions,
            blocks,
            known,
            arranged,
            self._memory,
            self.everyone,
            "sql" if self.engine.spread else way,
        )
        return replace(plan, why=ELSEWHERE) if self.engine.spread else plan

    @property
    def _memory(self) -> int:
        """What one query may take: where rows lie elsewhere it is not this machine's."""
        return sys.maxsize if self.engine.spread else self.engine.memory

    def _arranged(self, one: Wanted) -> Arranged:
        """What the tiles of each piece hold; the room that knows is entered only when there are some."""
        if not (self.tiles / one.source).exists():
            return {}
        from leadlift.features.tiles.shelf import Shelf

        shelf, tiled = Shelf(self.engine, self.tiles), self._tiled(one)
        return {piece.fingerprint: shelf.words_of(tiled, piece) for piece in one.partitions}

    def _build(
        self,
        one: Wanted,
        features: Sequence[FeatureDef],
        blocks: Sequence[Block],
        keys: Keys,
        way: Way,
        progress: Progress,
    ) -> None:
        plan = self._plan(one, features, blocks, way)
        if plan.tiled and not self._by_tiles(one, plan.tiled, blocks, keys, progress):
            self._build(one, features, blocks, keys, way, progress)  # what was refused is known now
            return
        told = {block.key: mine for block, mine in zip(blocks, keys, strict=True)}
        work = batches(blocks, plan.by_sql, self._memory) if plan.by_sql else []
        for number, batch in enumerate(work):
            self._by_sql(one.source, plan.by_sql, batch, [told[block.key] for block in batch.blocks])
            progress.done((number + 1) / len(work))

    def _by_sql(self, name: str, features: Sequence[FeatureDef], batch: Batch, keys: Keys) -> None:
        """One query for some blocks, whose answer comes in their order and is dealt out to them, or several for one."""
        span = min(block.first for block in batch.blocks), max(block.last for block in batch.blocks)
        part = part_query(name, self.sources[name], features, self.customer, span)
        query = exp.select(*(col(f.name, ROW) for f in features)).from_(
            part.subquery(ROW, copy=False), copy=False
        )
        query = query.order_by(col(AS_OF, ROW), col(CUSTOMER, ROW), copy=False)
        with ExitStack() as stack:
            groups = [
                stack.enter_context(
                    new_group(self.folder, block, name, {f.name: mine[f.name] for f in features})
                )
                for block, mine in zip(batch.blocks, keys, strict=True)
            ]
            for place, cut in enumerate(batch.cuts):
                self._ask_for(batch, *cut)
                self.engine.write(query, groups[0] / f"{place:05d}.parquet")
            if len(groups) > 1:
                deal_out(groups[0] / FILE, [group / FILE for group in groups], [b.rows for b in batch.blocks])

    def _ask_for(self, batch: Batch, first: int, last: int) -> None:
        """Let the spine be these rows of the batch."""
        if len(batch.cuts) == 1:
            self.engine.define_files(SPINE, *(block.path for block in batch.blocks))
        else:
            self.engine.define_table(SPINE, pq.read_table(batch.blocks[0].path).slice(first, last - first))

    def _by_tiles(
        self,
        one: Wanted,
        features: Sequence[FeatureDef],
        blocks: Sequence[Block],
        keys: Keys,
        progress: Progress,
    ) -> bool:
        """Whether the features were built: false when a value turned out not to be tileable, which is remembered."""
        from leadlift.features.tiles.arrange import NotTileable
        from leadlift.features.tiles.build import Order, build
        from leadlift.features.tiles.shelf import Shelf

        shelf, tiled = Shelf(self.engine, self.tiles), self._tiled(one)
        order = Order(tuple(features), tuple(blocks), keys, self.folder, self.engine.memory)
        try:
            build(self.engine, shelf, tiled, one.partitions, order, progress.done)
        except NotTileable as found:
            refuse(self.tiles, one.source, one.prints, found.value)
            return False
        return True

    def _tiled(self, one: Wanted) -> Tiled:
        return Tiled(one.source, self.sources[one.source], self.sources, self.customer, one.prints)
