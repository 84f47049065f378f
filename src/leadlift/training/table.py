"""The training table: population x as-of dates, with the target and the features as they were known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines.files import digest
from leadlift.errors import UserError
from leadlift.features import (
    Choice,
    Extra,
    Home,
    Spine,
    chosen,
    everyone_spine,
    feature_query,
    flat_features,
    flat_query,
    keep_spine,
)
from leadlift.features import population as people
from leadlift.features.calendar import Maturity, as_of_dates
from leadlift.features.everyone import ROW
from leadlift.features.rows import SPINE, col
from leadlift.features.sample import in_sample, thinned_spine
from leadlift.features.treatment import group_of, in_trial
from leadlift.names import AS_OF, CUSTOMER, TARGET, TREATMENT
from leadlift.progress import Progress
from leadlift.specs import FeatureDef, Pipeline, Source, sql
from leadlift.training.reach import short_of_history
from leadlift.training.split import CASES
from leadlift.training.treatment import treatment_notes

OUTCOMES = "outcomes"


@dataclass(frozen=True)
class TrainingTable:
    """The cases a model learns from and is judged on, in the order of time.

    table: customer_id, as_of, row (its place in the order of time), the features, target (0 or 1; of value and uplift
    pipelines also an amount; of the latter also treatment: 0 for controls, 1 and up for the arms).
    key: changes when the definitions or the data do. maturity: None where the case itself holds its outcome.
    notes: what a reviewer should know of how it was made.

    Where the table is a sample of cases that stay with the engine: whole, the query of all of them; sampled, which
    customers are in it, None for all; days_of_all, how many cases there are of each day, see `split_cases`.
    """

    table: pa.Table
    choice: Choice
    key: str
    maturity: Maturity | None
    notes: tuple[str, ...]
    whole: exp.Select | None = None
    sampled: exp.Expr | None = None
    days_of_all: pa.Table | None = None

    @property
    def features(self) -> tuple[FeatureDef, ...]:
        """The features a model may use."""
        return self.choice.features


def training_table(
    spec: Pipeline,
    catalogue: Mapping[str, FeatureDef],
    home: Home,
    progress: Progress,
    most: int | None = None,
) -> TrainingTable:
    """Build the pipeline's training table, or read it from the cache.

    most: only about so many cases, by a keyed hash of customers; their split in time is then that of the sample. A
    flat table is always whole. Raises UserError when nothing is left to learn from.
    """
    told = treatment_notes(spec, home)
    if spec.population.table is not None:
        made = _flat(spec, spec.population.table, home)
    else:
        made = _built(spec, catalogue, home, progress, most)
    made = replace(made, notes=(*made.notes, *told))
    positives = int((made.table[TARGET].to_numpy() > 0).sum())
    if positives == 0 or (positives == made.table.num_rows and not spec.target.amount):
        raise UserError(
            f"pipeline {spec.pipeline}: of {made.table.num_rows:,} cases {positives:,} are positive; a model needs "
            "both kinds. Look at `population.where`, `eligible` and `target.where`"
        )
    if spec.kind == "value":
        _refuse_below_zero(spec, made.table[TARGET].to_numpy())
    return made


def _refuse_below_zero(spec: Pipeline, amounts: npt.NDArray[np.float64]) -> None:
    """Amounts below 0 or without end have no expected value that a part of zeros and a part of money could give."""
    wrong = int((~(amounts >= 0) | np.isinf(amounts)).sum())
    if wrong:
        raise UserError(
            f"pipeline {spec.pipeline}: {wrong:,} of {len(amounts):,} cases have an amount below 0, the lowest is "
            f"{np.nanmin(amounts):,.6g}; a value model learns amounts of 0 and more. State what counts in "
            "`target.where`, or in `target.amount` by `case when`"
        )


def maturity_of(spec: Pipeline, home: Home) -> Maturity | None:
    """Until when the pipeline's outcomes are known; None where each case holds its own."""
    name = spec.target.source
    if name is None:
        return None
    source = home.sources[name]
    if source.complete_until is not None:
        return Maturity.of(spec.target, source.complete_until)
    last = home.engine.table(people.data_end(name, source, home.customer_key))["ends"][0].as_py()
    if last is None:
        raise UserError(
            f"pipeline {spec.pipeline}: source '{name}' has no rows, so nothing is known of the target"
        )
    return Maturity.of(spec.target, last + timedelta(days=1))


def condition(text: str | None, catalogue: Mapping[str, FeatureDef]) -> exp.Expr | None:
    """A condition over features, parsed; None for none."""
    if text is None:
        return None
    types = {name: "string" if feature.is_text else "number" for name, feature in catalogue.items()}
    return sql.parse(text, types, "the workspace")


def _built(
    spec: Pipeline, catalogue: Mapping[str, FeatureDef], home: Home, progress: Progress, most: int | None
) -> TrainingTable:
    maturity = maturity_of(spec, home)
    progress.step("population")
    spine = cases_spine(spec, home, maturity)
    if most is not None:
        spine = thinned_spine(home, spine, most)
    choice = chosen(catalogue, spec)
    conditions = [
        c for c in (_feature_condition(spec, catalogue), condition(spec.population.eligible, catalogue)) if c
    ]
    names = [feature.name for feature in choice.features]
    extra = [name for c in conditions for name in sorted(sql.names_in(c))]
    outcomes = [_outcomes(spec, home, spine), *_groups(spec, spine)]
    features, key = feature_query(home, catalogue, [*names, *extra], spine, progress, outcomes)
    progress.step("training table")
    query = _judged(features, [*names, *(one.name for one in outcomes[1:])], conditions)
    away, sampled, days_of_all = spec.model.distributed, None, None
    whole = query if away is not None and away.on_spark else None
    if away is not None and whole is not None and spine.rows > away.sample:
        sampled = in_sample(col(CUSTOMER), away.sample / spine.rows)
        counted = exp.select(col(AS_OF), exp.Count(this=exp.Star()).as_(CASES))
        days_of_all = home.engine.table(counted.from_(query.subquery("c")).group_by(col(AS_OF)))
        query = query.where(sampled)
    table = home.engine.table(query)
    place = pa.array(range(1, table.num_rows + 1), pa.int64())
    told = digest("\n".join([key, home.engine.explain_sql(query)]))
    notes = _notes(choice, home.sources) + short_of_history(choice.features, home, table[AS_OF])
    notes += _sampled_note(sampled, table.num_rows, spine.rows)
    made = TrainingTable(table.add_column(2, ROW, place), choice, told, maturity, notes)
    return replace(made, whole=whole, sampled=sampled, days_of_all=days_of_all)


def cases_spine(spec: Pipeline, home: Home, maturity: Maturity | None) -> Spine:
    """Make the spine of a pipeline's training cases, before any is left out for its features or its outcome."""
    population = spec.population
    if population.source is None:
        if maturity is None:
            raise UserError(f"pipeline {spec.pipeline}: as-of dates need a target with an outcome window")
        return everyone_spine(home, as_of_dates(population, spec.target, maturity))
    last = population.to
    if maturity is not None:
        if last is not None:
            maturity.refuse_immature(last, "population.to", spec.target.outcome or 0)
        last = last or maturity.last
    source = home.sources[population.source]
    query = people.cases(
        population.source,
        source,
        home.customer_key,
        population.where,
        spec.target,
        population.from_,
        last,
        home.sources,
        spec.treatment,
    )
    return keep_spine(home, query, home.prints(population.source))


def _feature_condition(spec: Pipeline, catalogue: Mapping[str, FeatureDef]) -> exp.Expr | None:
    return condition(spec.population.where, catalogue) if spec.population.source is None else None


def _outcomes(spec: Pipeline, home: Home, spine: Spine) -> Extra:
    """The target of every row of the spine; one held by the case itself stands in the spine already."""
    name = spec.target.source
    if name is None:
        kind = pa.float64() if spec.target.amount else pa.int32()
        return Extra(TARGET, kind, tuple(block.path for block in spine.blocks), spine.key)
    query = people.outcomes(spec.target, home.customer_key, home.sources, spec.population)
    read = [name, str(spec.population.source)] if spec.target.last_touch else [name]
    ordered = query.order_by(col(AS_OF, SPINE), col(CUSTOMER, SPINE))
    kept = []
    for block in spine.blocks:
        home.engine.define_files(SPINE, block.path)
        kept.append(home.kept(OUTCOMES, ordered, [block.key, *home.prints(*read)]))
    kind = pa.float64() if spec.target.amount else pa.int32()
    return Extra(TARGET, kind, tuple(path for path, _ in kept), ",".join(key for _, key in kept))


def _groups(spec: Pipeline, spine: Spine) -> list[Extra]:
    """Which group of the experiment every row of the spine belongs to; nothing where there is no experiment."""
    if spec.treatment is None:
        return []
    return [Extra(TREATMENT, pa.int32(), tuple(block.path for block in spine.blocks), spine.key)]


def _judged(features: exp.Select, names: Sequence[str], conditions: Sequence[exp.Expr]) -> exp.Select:
    """The cases whose outcome is known and who are eligible, in the order in which the features come."""
    known = exp.not_(exp.Is(this=col(TARGET), expression=exp.null()))
    chosen_columns = [col(CUSTOMER), col(AS_OF), *(col(name) for name in names), col(TARGET)]
    return (
        exp.select(*chosen_columns)
        .from_(features.subquery("f"))
        .where(known, *(part.copy() for part in conditions))
    )


def _flat(spec: Pipeline, name: str, home: Home) -> TrainingTable:
    """A flat table: each row a case; its order is that of the event time, or of the rows in the file."""
    source = home.sources[name]
    catalogue = flat_features(name, source, home.sources, spec.target.column)
    choice = chosen(catalogue, spec)
    features = [feature.name for feature in choice.features]
    query = flat_query(name, source, features, spec.population.where, home.sources)
    if spec.treatment is not None:
        query = query.select(exp.cast(group_of(spec.treatment), "INT").as_(TREATMENT)).where(
            in_trial(spec.treatment)
        )
    kind = "DOUBLE" if spec.target.amount else "INT"
    query = query.select(exp.cast(people.outcome_of(spec.target), kind).as_(TARGET))
    query = (
        exp.select("*")
        .from_(query.subquery("c"))
        .where(exp.not_(exp.Is(this=col(TARGET), expression=exp.null())))
    )
    path, key = home.kept(
        f"training-{spec.pipeline}", query.order_by(col(AS_OF), col(ROW)), home.prints(name)
    )
    return TrainingTable(pq.read_table(path), choice, key, None, _flat_notes(choice, source))


def _notes(choice: Choice, sources: Mapping[str, Source]) -> tuple[str, ...]:
    today = [f.name for f in choice.features if f.source is not None and not sources[f.source].has_history]
    notes = []
    if today:
        notes.append(f"read as they are today, for want of history: {', '.join(today)}")
    return tuple(notes) + _hidden_note(choice)


def _sampled_note(sampled: exp.Expr | None, cases: int, there: int) -> tuple[str, ...]:
    if sampled is None:
        return ()
    return (
        f"audited, calibrated and judged on {cases:,} cases, a sample of customers; of about {there:,} cases the trees "
        "learn from all that train (model.distributed)",
    )


def _flat_notes(choice: Choice, source: Source) -> tuple[str, ...]:
    order = (
        "by its event time"
        if source.event_time
        else "in the order of its rows"
        if source.row_order
        else "without time"
    )
    note = f"a flat table, {order}: what its columns knew of later days cannot be checked"
    return (note, *_hidden_note(choice))


def _hidden_note(choice: Choice) -> tuple[str, ...]:
    if not choice.hidden:
        return ()
    return ("kept out: " + ", ".join(f"{name} ({why})" for name, why in sorted(choice.hidden.items())),)
