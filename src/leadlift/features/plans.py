"""How a source's features will be computed: by SQL or by tiles, chosen by what each costs, and what it will read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadlift.engines import Engine, Partition
from leadlift.features.pieces import within
from leadlift.features.spines import Block
from leadlift.features.tiles.measures import Measures, spelled, tileable
from leadlift.specs import FeatureDef, Source, column_types

Way = Literal["auto", "sql", "tiles"]
# fingerprint of a piece -> what each of its tiles holds, see Measures
Arranged = Mapping[str, Sequence[frozenset[str]]]
# Nanoseconds, measured on two processors; see benchmarks/README.md. They need only be right to a factor of two.
SQL_ROW, TILE_ROW, PASS_FEATURE = 60.0, 400.0, 1.5
SQL_FEATURE = {
    "last": 60.0,
    "first": 60.0,
    "value_ago": 60.0,
    "change": 120.0,
    "distinct": 30.0,
    "slope": 30.0,
}
SQL_OTHER = 9.0
# of a source with keys: which version of a row is the last one known is found by sorting all of them
SQL_VERSION, SPILLED, VALUE_BYTES = 400.0, 2.5, 16
# what it takes to load the compiled pass
TILE_START = 1.5e9
MOST_ROWS_TOGETHER = 300_000
# what one customer and date takes while an engine groups by them, for itself and for each feature
GROUP_BYTES, STATE_BYTES, SHARE_FOR_GROUPS = 200, 48, 0.5
FEWEST_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Plan:
    """What will be done for one source's features that are not built yet.

    tiled, by_sql: the features each way. pieces: what is read, without those whose tiles are arranged already. rows:
    in them, None where unknown. bytes: of the columns read. scans: how often each piece is read. why: the reason for
    the choice, for people.
    """

    source: str
    tiled: tuple[FeatureDef, ...]
    by_sql: tuple[FeatureDef, ...]
    pieces: tuple[Partition, ...]
    rows: int | None
    bytes: int
    scans: int
    why: str


def ways_of(engine: Engine) -> tuple[Way, ...]:
    """How an engine's features can be built: rows are arranged only where queries run in this process."""
    return ("sql",) if engine.spread else ("sql", "tiles")


def plan_of(
    name: str,
    source: Source,
    sources: Mapping[str, Source],
    features: Sequence[FeatureDef],
    partitions: Sequence[Partition],
    blocks: Sequence[Block],
    refused: set[str],
    arranged: Arranged,
    memory: int,
    everyone: int | None = None,
    way: Way = "auto",
) -> Plan:
    """Choose for each feature of one source.

    refused: values that were found not to be tileable. everyone: how many customers the bank has, where that is known:
    SQL passes over the rows of those who are not asked for, tiles arrange them too. memory: bytes that may be used;
    where it is scarce, a query is asked for some customers at a time and reads all rows each time.
    """
    types = column_types(source, sources)
    able = [f for f in features if way != "sql" and tileable(f, source, types) and not _refused(f, refused)]
    rest = [f for f in features if f not in able]
    pieces = _pieces(source, partitions, blocks, features)
    words = set(Measures.of(able, types).words)
    unread = [
        piece for piece in pieces if not any(words <= tile for tile in arranged.get(piece.fingerprint, ()))
    ]
    rows, unarranged = _rows(pieces), _rows(unread)
    asked = max((block.rows for block in blocks), default=0)
    share = min(1.0, asked / everyone) if everyone else 1.0
    reads = _queries(batches(blocks, features, memory))
    columns = {column for feature in features for column in feature.uses} | set(_clocks(source))
    row = reads * (SQL_ROW + _versions(source, rows, len(columns), memory))
    chosen, why = _chosen(able, rows, unarranged, len(blocks), row, share, way)
    if not chosen:
        able, rest = [], list(features)
    if not rest:
        pieces, rows = unread, unarranged
    size = sum(sum(piece.column_bytes.get(c, 0) for c in columns) or piece.bytes for piece in pieces)
    scans = (1 if able else 0) + (_queries(batches(blocks, rest, memory)) if rest else 0)
    return Plan(name, tuple(able), tuple(rest), tuple(pieces), rows, size, scans, why)


@dataclass(frozen=True)
class Batch:
    """Blocks that SQL builds together. cuts: the rows of each query, from a first to before a last.

    Several blocks have one. A block of too many customers is cut, and every query reads all rows that it may need.
    """

    blocks: tuple[Block, ...]
    cuts: tuple[tuple[int, int], ...]


def batches(blocks: Sequence[Block], features: Sequence[FeatureDef], memory: int) -> list[Batch]:
    """As few queries as keep each one's groups within the memory."""
    most = rows_at_once(features, memory)
    found: list[Batch] = []
    for block in blocks:
        before = found[-1].cuts[-1][1] if found else 0
        if found and len(found[-1].cuts) == 1 and before + block.rows <= min(most, MOST_ROWS_TOGETHER):
            found[-1] = Batch((*found[-1].blocks, block), ((0, before + block.rows),))
        else:
            cuts = [(first, min(first + most, block.rows)) for first in range(0, max(1, block.rows), most)]
            found.append(Batch((block,), tuple(cuts)))
    return found


def _queries(made: Sequence[Batch]) -> int:
    return sum(len(batch.cuts) for batch in made)


def rows_at_once(features: Sequence[FeatureDef], memory: int) -> int:
    """How many customers and dates one query may group by."""
    each = GROUP_BYTES + STATE_BYTES * len(features)
    return max(FEWEST_ROWS_AT_ONCE, int(memory * SHARE_FOR_GROUPS / each))


def _chosen(
    able: Sequence[FeatureDef],
    rows: int | None,
    unarranged: int | None,
    blocks: int,
    row: float,
    share: float,
    way: Way,
) -> tuple[bool, str]:
    """Whether tiles are chosen, and why. row: nanoseconds that each row costs SQL whatever is made of it."""
    if not able:
        return (
            False,
            "of a kind that SQL does best, or computed from the as-of date row by row",
        )
    if way != "auto":
        return way == "tiles", f"asked for: {way}"
    if rows is None or unarranged is None:
        return False, "how many rows there are is not known before they are read"
    each = sum(SQL_FEATURE.get(str(feature.spec.agg), SQL_OTHER) for feature in able)
    by_sql = rows * (row + blocks * share * each)
    by_tiles = TILE_START + unarranged * TILE_ROW + blocks * share * rows * PASS_FEATURE * len(able)
    told = f"SQL would take about {by_sql / 1e9:,.1f} s, tiles {by_tiles / 1e9:,.1f} s"
    return by_tiles < by_sql, told


def _versions(source: Source, rows: int | None, columns: int, memory: int) -> float:
    """Nanoseconds a row for telling versions apart: more where the rows do not fit into memory to be sorted."""
    if not source.keys:
        return 0.0
    fits = (rows or 0) * columns * VALUE_BYTES <= memory
    return SQL_VERSION if fits else SQL_VERSION * SPILLED


def _rows(pieces: Sequence[Partition]) -> int | None:
    rows = [piece.rows for piece in pieces]
    return None if None in rows else sum(row or 0 for row in rows)


def _pieces(
    source: Source, partitions: Sequence[Partition], blocks: Sequence[Block], features: Sequence[FeatureDef]
) -> list[Partition]:
    reached = {one.fingerprint for block in blocks for one in within(source, partitions, block, features)}
    return [one for one in partitions if one.fingerprint in reached]


def _clocks(source: Source) -> list[str]:
    named = [source.clock, source.available_at, source.valid_to, source.customer_key, *source.keys]
    return [name for name in named if name is not None]


def _refused(feature: FeatureDef, refused: set[str]) -> bool:
    return feature.of is not None and spelled(feature.of) in refused
