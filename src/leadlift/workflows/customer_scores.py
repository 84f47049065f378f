"""A customer's scores up to a day, and why each is what it is: from scores on disk and the models that made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from leadlift.customers.facts import Scored
from leadlift.customers.words import WORDS
from leadlift.errors import UserError
from leadlift.features import feature_query, flat_query, needed
from leadlift.features.rows import ROW, col
from leadlift.names import AS_OF, BAND, MANIFEST, PERCENTILE, PROBABILITY, RANK, SCORE, VALUE
from leadlift.progress import Progress
from leadlift.specs import Pipeline, Workspace, conditions_of, shown_features
from leadlift.workflows.aside import Aside, Question, Why
from leadlift.workflows.customer_home import Alone
from leadlift.workflows.kept_models import KeptModel, model_of_scores
from leadlift.workflows.scored_days import ScoredDay, scored_days
from leadlift.workflows.spoken import phrases
from leadlift.workflows.wording import wording_of

HISTORY = 24
NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Last:
    """A pipeline's last scoring up to the day. row: the customer's of its scores, empty where not scored."""

    day: ScoredDay
    row: pa.Table
    manifest: Mapping[str, Any]

    @property
    def model(self) -> str:
        """Name and version of the model that made it."""
        return f"{self.manifest['model']} v{self.day.version}"


@dataclass(frozen=True)
class Standing:
    """Where a customer stands. ws: with the features alone that scores and campaigns need. last: by pipeline.

    scores: gives the scores with their reasons, which may be worked out meanwhile.
    """

    ws: Workspace
    last: Mapping[str, Last]
    scores: Callable[[], list[Scored]]


def standing_of(ws: Workspace, one: Alone, aside: Aside, progress: Progress) -> Standing:
    """The last score of every pipeline up to the day, with its reasons and those before it."""
    days = {name: scored_days(ws.root, name, one.as_of)[-HISTORY:] for name in ws.pipelines}
    rows = {name: [one.lines(day.path) for day in told] for name, told in days.items() if told}
    last = {name: Last(days[name][-1], told[-1], _manifest(days[name][-1])) for name, told in rows.items()}
    models, why_not = _models(ws, {name: one for name, one in last.items() if one.row.num_rows})
    of_campaigns = _asked(ws)
    names = {feature for kept in models.values() for feature in kept.features} | of_campaigns
    lean = replace(ws, features={f.name: f for f in needed(ws.features, sorted(names))})
    days_of = {name: last[name].day.as_of for name in models}
    features = _features(lean, one, days_of, models, sorted(of_campaigns), progress)
    why_not |= {name: WORDS[ws.file.language]["not built"] for name, row in features.items() if row is None}
    asked = {name: row for name, row in features.items() if row is not None}
    answers = aside.ask([_question(ws, models[name], row) for name, row in asked.items()])

    def scores() -> list[Scored]:
        whys = dict(zip(asked, answers(), strict=True))
        return [
            _scored(ws, name, told, _history(days[name], rows[name]), whys.get(name), why_not.get(name, ""))
            for name, told in last.items()
            if told.row.num_rows
        ]

    return Standing(lean, last, scores)


def _history(days: Sequence[ScoredDay], rows: Sequence[pa.Table]) -> list[tuple[date, float]]:
    return [
        (day.as_of, float(row[_said_by(row)][0].as_py()))
        for day, row in zip(days, rows, strict=True)
        if row.num_rows
    ]


def _said_by(row: pa.Table) -> str:
    """The column with what the model says: an amount of value models, else a chance or an effect."""
    return VALUE if VALUE in row.column_names else PROBABILITY


def _question(ws: Workspace, model: KeptModel, row: pa.Table) -> Question:
    return Question(model.folder, phrases(model.features), row, ws.file.language)


def _manifest(day: ScoredDay) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((day.path.parent / MANIFEST).read_text(encoding="utf-8"))
    return told


def _models(ws: Workspace, last: Mapping[str, Last]) -> tuple[dict[str, KeptModel], dict[str, str]]:
    """The models that made the scores, and why some cannot be asked."""
    models, why_not = {}, {}
    for name, one in last.items():
        try:
            models[name] = model_of_scores(ws, ws.pipelines[name], one.manifest)
        except UserError as error:
            why_not[name] = str(error)
    return models, why_not


def _asked(ws: Workspace) -> set[str]:
    """The features that campaigns ask about."""
    names: set[str] = set()
    for campaign in ws.campaigns.values():
        names |= set(shown_features(campaign))
        for _, text in conditions_of(campaign):
            names |= {word for word in exp_names(text) if word in ws.features}
    return names


def exp_names(text: str) -> set[str]:
    """Every name in a condition."""
    import sqlglot

    return {column.name for column in sqlglot.parse_one(text, read="duckdb").find_all(exp.Column)}


def _features(
    ws: Workspace,
    one: Alone,
    days: Mapping[str, date],
    models: Mapping[str, KeptModel],
    asked: Sequence[str],
    progress: Progress,
) -> dict[str, pa.Table | None]:
    """The customer's features on the day of each pipeline's scores; None where there are none.

    asked: what campaigns will ask about as of the day itself. Built in the same queries, it is found built by then.
    """
    found: dict[str, pa.Table | None] = dict.fromkeys(days)
    ours = {name: day for name, day in days.items() if ws.pipelines[name].population.table is None}
    if ours:
        names = [*(f for name in ours for f in models[name].features), *asked]
        spine = one.spine([*ours.values(), one.as_of])
        query, _ = feature_query(one.home, ws.features, list(dict.fromkeys(names)), spine, progress)
        rows = one.home.engine.table(exp.select("*").from_(query.subquery(ROW)))
        for name, day in ours.items():
            found[name] = rows.filter(pc.equal(rows[AS_OF], pa.scalar(day)))
    for name in set(days) - set(ours):
        found[name] = _flat_row(ws, ws.pipelines[name], one, models[name])
    return {name: rows if rows is not None and rows.num_rows == 1 else None for name, rows in found.items()}


def _flat_row(ws: Workspace, spec: Pipeline, one: Alone, kept: KeptModel) -> pa.Table | None:
    table = spec.population.score or spec.population.table
    if table is None or table not in one.rows:
        return None
    query = flat_query(table, ws.sources[table], list(kept.features), None, ws.sources)
    return one.home.engine.table(query.where(exp.not_(exp.Is(this=col(ROW), expression=exp.null()))))


def _scored(
    ws: Workspace, name: str, last: Last, history: Sequence[tuple[date, float]], why: Why | None, note: str
) -> Scored:
    row: dict[str, Any] = last.row.to_pylist()[0]
    words = wording_of(ws.pipelines[name])
    if why is not None and abs(why.score - row[SCORE]) > NEAR * max(1.0, abs(row[SCORE])):
        note = WORDS[ws.file.language]["scored anew"].format(said=words.said(why.probability))
    return Scored(
        pipeline=name,
        as_of=last.day.as_of,
        model=last.model,
        probability=row[_said_by(last.row)],
        said=words.said(row[_said_by(last.row)]),
        percentile=row[PERCENTILE],
        band=row[BAND],
        rank=row.get(RANK),
        customers=last.day.customers,
        reasons=why.reasons if why is not None else (),
        note=note,
        history=history,
    )
