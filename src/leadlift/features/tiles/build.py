"""Features of a source by tiles: what is arranged already is taken, what is missing arranged, then one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines import Engine, Partition
from leadlift.engines.files import digest
from leadlift.features.pieces import known_by, within
from leadlift.features.spines import Block
from leadlift.features.store import new_group
from leadlift.features.tiles.corrected import corrected_keys, rows_with
from leadlift.features.tiles.measures import Measures, Tiled
from leadlift.features.tiles.passes import Pass, build_features
from leadlift.features.tiles.query import CORRECTED, KEY
from leadlift.features.tiles.runs import Array, Run
from leadlift.features.tiles.shelf import Rows, Shelf
from leadlift.names import CUSTOMER
from leadlift.specs import FeatureDef

MOST_GROUPS = 4
Done = Callable[[float], None]
Keys = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Order:
    """What is to be built of one source. keys: for each block, feature -> key. folder: where groups of files go."""

    features: tuple[FeatureDef, ...]
    blocks: tuple[Block, ...]
    keys: Keys
    folder: Path
    memory: int


def build(
    engine: Engine, shelf: Shelf, tiled: Tiled, partitions: Sequence[Partition], order: Order, done: Done
) -> None:
    """Build the features for all blocks, in as few passes as tiles allow. May raise NotTileable."""
    for block in order.blocks:
        shelf.customers.add(pq.read_table(block.path, columns=[CUSTOMER])[CUSTOMER].unique())
    wanted = _wanted(tiled, partitions, order)
    groups = _grouped(shelf, tiled, wanted, order.features)
    read = _counting(wanted, len(groups), done)
    runs = [
        [run for piece in wanted for run in shelf.runs(tiled, piece, features, read)] for features in groups
    ]
    last = max(block.last for block in order.blocks)
    replaced, keys = _corrected(engine, shelf, tiled, known_by(tiled.source, partitions, last))
    for features, mine in zip(groups, runs, strict=True):
        merged = [(run, _dead(run, replaced)) for run in mine]
        if keys:
            merged += [(run, None) for run in shelf.corrections(tiled, keys, features, _silent)]
        one_pass = Pass.of(features, Measures.of(features, tiled.types), merged)
        _pass(shelf, one_pass, features, order, tiled.name, done)


def _wanted(tiled: Tiled, partitions: Sequence[Partition], order: Order) -> list[Partition]:
    reached = {
        piece.name + piece.fingerprint
        for block in order.blocks
        for piece in within(tiled.source, partitions, block, order.features)
    }
    return [piece for piece in partitions if piece.name + piece.fingerprint in reached]


def _pass(
    shelf: Shelf, run: Pass, features: Sequence[FeatureDef], order: Order, source: str, done: Done
) -> None:
    with ExitStack() as stack:
        folders = [
            stack.enter_context(
                new_group(order.folder, block, source, {f.name: keys[f.name] for f in features})
            )
            for block, keys in zip(order.blocks, order.keys, strict=True)
        ]
        build_features(
            run, order.blocks, folders, shelf.customers, order.memory, lambda s: done(0.5 + 0.5 * s)
        )


def _corrected(
    engine: Engine, shelf: Shelf, tiled: Tiled, known: Sequence[Partition]
) -> tuple[Array | None, str]:
    """The keys of rows in several versions, and a fingerprint of them with the data they were found in."""
    if not tiled.source.keys:
        return None, ""
    runs = [run for piece in known for run in shelf.runs(tiled, piece, (), _silent)]
    columns = [column for run in runs if (column := run.column(KEY)) is not None]
    found = corrected_keys(columns)
    if not len(found):
        return None, ""
    engine.define_table(CORRECTED, pa.table({KEY: pa.array(found, pa.uint64())}))
    told = digest("\n".join(piece.fingerprint for piece in known)) + digest(found.tobytes().hex())
    return found, told


def _dead(run: Run, corrected: Array | None) -> Array | None:
    key = run.column(KEY)
    return rows_with(np.asarray(key), corrected) if corrected is not None and key is not None else None


def _grouped(
    shelf: Shelf, tiled: Tiled, wanted: Sequence[Partition], features: Sequence[FeatureDef]
) -> list[list[FeatureDef]]:
    """Features that the same tiles hold go together, so that an edited one does not make all be arranged again."""
    held = [sorted(shelf.words_of(tiled, piece), key=len, reverse=True) for piece in wanted]
    groups: dict[tuple[int, ...], list[FeatureDef]] = {}
    for feature in features:
        words = set(Measures.of([feature], tiled.types).words)
        where = tuple(
            next((place for place, tile in enumerate(tiles) if words <= tile), -1) for tiles in held
        )
        groups.setdefault(where, []).append(feature)
    found = sorted(groups.values(), key=len, reverse=True)
    if len(found) > MOST_GROUPS:
        found = [*found[: MOST_GROUPS - 1], [f for group in found[MOST_GROUPS - 1 :] for f in group]]
    return found


def _counting(wanted: Sequence[Partition], times: int, done: Done) -> Rows:
    """Tell of arranging, which is half of the work, by the rows that were read."""
    total, seen = max(1, times * sum(piece.rows or 0 for piece in wanted)), 0

    def read(rows: int) -> None:
        nonlocal seen
        seen += rows
        done(min(0.5, 0.5 * seen / total))

    return read


def _silent(rows: int) -> None:
    """Nobody asks for rows."""
