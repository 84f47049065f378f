"""One compiled pass over the tiles of a source for all as-of dates: a slice of customers at a time, in threads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.features.spines import Block
from leadlift.features.tiles.customers import Customers
from leadlift.features.tiles.instructions import EPOCH, NO_WINDOW, WHOLE, Program, backs, program
from leadlift.features.tiles.kernel import evaluate
from leadlift.features.tiles.measures import Measures
from leadlift.features.tiles.merge import Reach, Source, merged
from leadlift.features.tiles.runs import Array, Run
from leadlift.machine import processors
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef

SHARE_FOR_SLICES = 0.25
MOST_ROWS, FEWEST_ROWS = 100_000, 2_000
Done = Callable[[float], None]


@dataclass(frozen=True)
class Slice:
    """Rows of a block, from `first` to before `last`."""

    block: int
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Pass:
    """All that a slice needs: what to compute, from which runs, and what the runs' texts are.

    runs: each with the rows that corrections stand for (or None). vocabulary: text value -> texts in their order.
    """

    program: Program
    measures: Measures
    sources: Sequence[Source]
    scales: Array
    vocabulary: Mapping[int, Sequence[str]]
    superseded: bool

    @classmethod
    def of(
        cls, features: Sequence[FeatureDef], measures: Measures, runs: Sequence[tuple[Run, Array | None]]
    ) -> Pass:
        """The pass that computes these features from these runs."""
        vocabulary = _vocabulary(measures, [run for run, _ in runs])
        sources = [Source.of(run, measures, vocabulary, dead) for run, dead in runs]
        scales = np.ones(len(measures.values))
        for source in sources:
            for place, held in enumerate(source.values):
                scales[place] = 10.0 ** max(0, source.run.scales[held])
        superseded = any("until" in run.columns for run, _ in runs)
        return cls(program(features, measures), measures, sources, scales, vocabulary, superseded)


def build_features(
    run: Pass, blocks: Sequence[Block], folders: Sequence[Path], customers: Customers, memory: int, done: Done
) -> None:
    """Write each block's features as Parquet files into its folder, rows in the order of the block.

    memory: bytes that all slices at work may take. done: told of the share that is finished.
    """
    spines = [pq.read_table(block.path, columns=[CUSTOMER, AS_OF]) for block in blocks]
    codes = [customers.codes(spine[CUSTOMER].combine_chunks()) for spine in spines]
    days = [spine[AS_OF].combine_chunks().cast(pa.int32()).to_numpy() for spine in spines]
    threads = processors()
    jobs = list(_jobs(blocks, spines, _rows_at_once(run, len(customers), len(blocks), memory // threads)))
    finished = 0
    with ThreadPoolExecutor(threads) as pool:
        work = [pool.submit(_job, run, place, job, codes, days, folders) for place, job in enumerate(jobs)]
        try:
            for future in work:
                future.result()
                finished += 1
                done(finished / len(jobs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _rows_at_once(run: Pass, customers: int, blocks: int, memory: int) -> int:
    """How many customers a slice may hold. Answers are there twice, as numbers and as Arrow."""
    answers = 2 * 8 * len(run.program.features) * blocks
    width = 40 + 8 * (len(run.measures.values) + 2)
    rows = sum(source.run.rows for source in run.sources) / max(1, customers)
    return int(
        np.clip(memory * SHARE_FOR_SLICES / (answers + width * rows * 1.5 + 1), FEWEST_ROWS, MOST_ROWS)
    )


def _jobs(blocks: Sequence[Block], spines: Sequence[pa.Table], rows: int) -> list[list[Slice]]:
    """Slices that share customers stand together. Blocks of one day each are cut at the same customers."""
    if len(blocks) == 1 or any(block.first != block.last for block in blocks):
        return [
            [Slice(place, first, min(first + rows, block.rows))]
            for place, block in enumerate(blocks)
            for first in range(0, max(1, block.rows), rows)
        ]
    longest = max(spines, key=lambda spine: spine.num_rows)[CUSTOMER]
    cuts = [longest[place].as_py() for place in range(rows, len(longest), rows)]
    edges = [[0, *(bisect_left(_Ids(s), cut) for cut in cuts), s.num_rows] for s in spines]
    return [
        [Slice(place, edge[job], edge[job + 1]) for place, edge in enumerate(edges)]
        for job in range(len(cuts) + 1)
    ]


class _Ids(Sequence[str]):
    """The customers of a spine, looked at one by one."""

    def __init__(self, spine: pa.Table) -> None:
        self._ids = spine[CUSTOMER].combine_chunks()

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, place: int) -> str:  # type: ignore[override]  # never sliced
        return str(self._ids[place].as_py())


def _job(
    run: Pass,
    place: int,
    job: Sequence[Slice],
    codes: Sequence[Array],
    days: Sequence[Array],
    folders: Sequence[Path],
) -> None:
    wanted = np.concatenate([codes[one.block][one.first : one.last] for one in job])
    today = np.concatenate([days[one.block][one.first : one.last] for one in job])
    known, inverse = np.unique(wanted, return_inverse=True)
    there = known >= 0
    position = np.cumsum(there) - 1
    where = (
        np.where(there[inverse], position[inverse], -1).astype(np.int64)
        if len(known)
        else np.empty(0, np.int64)
    )
    out = _evaluated(run, known[there], today, where)
    start = 0
    for one in job:
        rows = one.last - one.first
        _write(run, out[:, start : start + rows], folders[one.block] / f"{place:05d}.parquet")
        start += rows


def _evaluated(run: Pass, customers: Array, today: Array, where: Array) -> Array:
    asked = run.program
    out = np.empty((len(asked.features), len(today)))
    if not len(today):
        return out
    dates, date_of = np.unique(today, return_inverse=True)
    longest = asked.longest
    first = -(2**31) + 1 if longest == NO_WINDOW else int(dates[0]) - longest
    rows = merged(
        run.sources, customers, Reach(first, int(dates[-1])), run.measures, superseded=run.superseded
    )
    calendar = [EPOCH + timedelta(days=int(one)) for one in dates]
    evaluate(
        today, date_of.astype(np.int32), where,
        rows.start, rows.day, rows.known, rows.until, rows.at, rows.bits, rows.values,
        run.scales, asked.groups, asked.ops, _backs(calendar, asked.months), longest,
        int(np.diff(rows.start).max(initial=0)), out,
    )  # fmt: skip
    return out


def _backs(dates: Sequence[date], months: Sequence[int]) -> Array:
    # an array without columns has no type that the compiled pass could take
    return backs(dates, months or (1,))


def _write(run: Pass, out: Array, path: Path) -> None:
    columns = [_column(run, place, feature, out[place]) for place, feature in enumerate(run.program.features)]
    names = [feature.name for feature in run.program.features]
    write_features(pa.table(columns, names=names), path)


def write_features(table: pa.Table, path: Path) -> None:
    """Write a piece of a block's features for speed: small numbers packed as differences, nothing compressed.

    Snappy would save a third of the room and take more than twice the time.
    """
    kinds = {field.name: field.type for field in table.schema}
    whole = {name: "DELTA_BINARY_PACKED" for name, kind in kinds.items() if pa.types.is_integer(kind)}
    texts = [name for name, kind in kinds.items() if pa.types.is_string(kind)]
    pq.write_table(
        table, path, compression="none", use_dictionary=texts, column_encoding=whole, write_statistics=False
    )


def _column(run: Pass, place: int, feature: FeatureDef, values: Array) -> pa.Array:
    unknown = np.isnan(values)
    if feature.is_text:
        value = _value_of(run, feature)
        codes = np.where(unknown, 0, values).astype(np.int32)
        return pa.array(run.vocabulary[value], pa.string()).take(pa.array(codes, mask=unknown))
    if feature.spec.agg in WHOLE:
        whole = np.where(unknown, 0, values).astype(np.int32)
        return pa.array(whole, mask=unknown) if unknown.any() else pa.array(whole)
    return pa.array(values, mask=unknown) if unknown.any() else pa.array(values)


def _value_of(run: Pass, feature: FeatureDef) -> int:
    from leadlift.features.tiles.measures import spelled

    texts = [value.text for value in run.measures.values]
    return texts.index(spelled(feature.of)) if feature.of is not None else -1


def _vocabulary(measures: Measures, runs: Sequence[Run]) -> dict[int, list[str]]:
    """All texts of each text value, in the order in which engines compare them."""
    found = {}
    for place, value in enumerate(measures.values):
        if value.kind == "text":
            word = f"of {value.kind} {value.text}"
            texts: set[str] = set()
            for run in runs:
                held = [one for one in run.words if one.startswith("of ")].index(word)
                texts |= set(run.vocabulary[held])
            found[place] = sorted(texts, key=lambda text: text.encode())
    return found
