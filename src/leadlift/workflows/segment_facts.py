"""What a segmentation's profile is told from: who was where on each date, and how groups answered in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.evaluation.experiment import wilson
from leadlift.features import Home, feature_query, needed
from leadlift.features.calendar import month_later
from leadlift.features.rows import ROW, SPINE, col
from leadlift.features.sample import thinned_spine
from leadlift.names import AS_OF, CUSTOMER, TARGET
from leadlift.progress import Progress
from leadlift.segments.describe import Sheet
from leadlift.segments.moves import OUTSIDE
from leadlift.segments.profiled import Covered, Response, Worth
from leadlift.specs import Pipeline, SegmentDef, Workspace
from leadlift.specs.pipelines import FeatureChoice
from leadlift.specs.segment_formulas import names_of
from leadlift.training import everyone_spine, training_table

CASES, TOLD = 100_000, 50_000
ANSWERED = ("response", "propensity", "churn")
Flags = npt.NDArray[np.bool_]


def days_back(home: Home, as_of: date, months: int) -> list[date]:
    """The day itself and the same day of the months before it, as far as there were customers; the first one first."""
    wanted = sorted(month_later(as_of, -back) for back in range(months + 1))
    everyone_spine(home, wanted)
    query = exp.select(col(AS_OF)).distinct().from_(SPINE)
    there = set(home.engine.table(query)[AS_OF].to_pylist())
    return [day for day in wanted if day in there]


def groups_over_time(
    ws: Workspace, home: Home, one: SegmentDef, days: Sequence[date], progress: Progress
) -> npt.NDArray[np.int64]:
    """(n_customers, n_days): the place of the group in `one.groups`, -1 where somebody is no customer on the day."""
    name = one.spec.segment
    query, _ = feature_query(home, ws.features, [name], everyone_spine(home, days), progress)
    table = home.engine.table(
        exp.select(col(CUSTOMER), col(AS_OF), col(name).as_("g")).from_(query.subquery(ROW))
    )
    who = table[CUSTOMER].combine_chunks().dictionary_encode()
    places = pc.index_in(table["g"].cast(pa.string()), pa.array(one.groups))
    when = pc.index_in(table[AS_OF], pa.array(list(days), pa.date32()))
    codes = np.full((len(who.dictionary), len(days)), OUTSIDE, dtype=np.int64)
    codes[who.indices.to_numpy(), when.to_numpy()] = places.to_numpy()
    return codes


def members(one: SegmentDef, table: pa.Table) -> dict[str, Flags]:
    """group -> who is in it, (n,), in a table that holds the segmentation's features."""
    if one.spec.match == "many":
        names = names_of(one.spec)
        return {g: table[n].to_numpy() == 1 for g, n in zip(one.groups, names, strict=True)}
    column = np.asarray(table[one.spec.segment].to_pylist(), dtype=object)
    return {group: column == group for group in one.groups}


def sheet_of(
    ws: Workspace, home: Home, one: SegmentDef, as_of: date, progress: Progress
) -> tuple[Sheet, dict[str, Flags], int]:
    """Every feature that may be told of some ten thousand customers, who of them is where, and how many they are."""
    spine = thinned_spine(home, everyone_spine(home, [as_of]), TOLD)
    told = [f for f in ws.features.values() if f.hidden is None and f.segment is None]
    names = [*(f.name for f in told), *names_of(one.spec)]
    query, _ = feature_query(home, ws.features, names, spine, progress)
    table = home.engine.table(exp.select(*(col(name) for name in names)).from_(query.subquery(ROW)))
    numbers = {f.name: table[f.name].to_numpy().astype(np.float64) for f in told if not f.is_text}
    texts = {f.name: np.asarray(table[f.name].to_pylist(), dtype=object) for f in told if f.is_text}
    words = {f.name: (f.label, f.unit) for f in told}
    decides = [f.name for f in needed(ws.features, one.uses)]
    return Sheet(numbers, texts, words, decides), members(one, table), table.num_rows


def worth_of(ws: Workspace, home: Home, one: SegmentDef, as_of: date) -> dict[str, Worth]:
    """What each group is worth; nothing where the file gives no `value`."""
    if "value" not in one.trees:
        return {}
    from leadlift.specs.sql import names_in

    value = one.trees["value"]
    names = [*sorted(names_in(value)), *names_of(one.spec)]
    query, _ = feature_query(home, ws.features, names, everyone_spine(home, [as_of]))
    chosen = [exp.cast(value.copy(), "DOUBLE").as_("worth"), *(col(name) for name in names_of(one.spec))]
    table = home.engine.table(exp.select(*chosen).from_(query.subquery(ROW)))
    worth = np.nan_to_num(table["worth"].to_numpy().astype(np.float64))
    everything = float(worth.sum()) or 1.0
    return {
        group: Worth(
            float(mine.mean()), float(np.median(mine)), float(mine.sum()), float(mine.sum()) / everything
        )
        for group, inside in members(one, table).items()
        if len(mine := worth[inside])
    }


def covered_by(ws: Workspace, home: Home, one: SegmentDef, as_of: date) -> Covered | None:
    """How far conditions reach and overlap; None for what has no conditions."""
    trees = {
        group: one.trees[f"groups.{group}"] for group in one.spec.groups if f"groups.{group}" in one.trees
    }
    if one.spec.kind not in ("rules", "lifecycle"):
        return None
    query, _ = feature_query(home, ws.features, one.uses, everyone_spine(home, [as_of]))
    held = {
        group: exp.Case().when(tree.copy(), exp.Literal.number(1)).else_(exp.Literal.number(0))
        for group, tree in trees.items()
    }
    flags = home.engine.table(
        exp.select(*(flag.as_(group, quoted=True) for group, flag in held.items())).from_(query.subquery(ROW))
    )
    matrix = np.column_stack([flags[group].to_numpy() for group in trees]).astype(np.int64)
    together = matrix.T @ matrix
    names = list(trees)
    both = {a: {b: int(together[i, j]) for j, b in enumerate(names) if j != i} for i, a in enumerate(names)}
    counts = {name: int(together[i, i]) for i, name in enumerate(names)}
    return Covered(int((matrix.sum(axis=1) > 0).sum()), counts, both)


def responses_of(
    ws: Workspace, home: Home, one: SegmentDef, progress: Progress
) -> tuple[dict[str, list[Response]], list[str]]:
    """group -> how its cases of each pipeline came out, in the group that they were in on the case's own day."""
    found: dict[str, list[Response]] = {group: [] for group in one.groups}
    notes = []
    for name, spec in ws.pipelines.items():
        if spec.kind not in ANSWERED or spec.population.table is not None:
            continue
        progress.step(f"{one.spec.segment}: {name}")
        try:
            table = training_table(_with(spec, one), ws.features, home, progress, CASES).table
        except UserError as error:
            notes.append(f"{name}: {error}")
            continue
        yes = table[TARGET].to_numpy() > 0
        for group, inside in members(one, table).items():
            if inside.any():
                found[group].append(_response(spec, inside, yes))
    return found, notes


def _with(spec: Pipeline, one: SegmentDef) -> Pipeline:
    return spec.model_copy(update={"features": FeatureChoice(include=names_of(one.spec))})


def _response(spec: Pipeline, inside: Flags, yes: Flags) -> Response:
    cases, outcomes = int(inside.sum()), int(yes[inside].sum())
    rate = wilson(outcomes, cases)
    about = spec.description or spec.pipeline.replace("_", " ")
    every = float(yes.mean())
    return Response(spec.pipeline, spec.kind, about, cases, outcomes, rate.value, rate.low, rate.high, every)
