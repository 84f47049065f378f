"""leadlift explain: what the model looks at, and why one customer has this score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.explain import Reason, customer_page, model_page
from leadlift.features import Home, feature_query
from leadlift.features.rows import ROW, col
from leadlift.names import CHALLENGER, CHAMPION, CUSTOMER, TEST
from leadlift.progress import SILENT, Progress
from leadlift.specs import Pipeline, Workspace
from leadlift.specs.pipelines import FeatureChoice
from leadlift.training import everyone_spine, flat_query, split_cases, training_table
from leadlift.workflows.champion import Loaded, load
from leadlift.workflows.contributions import shap_of, spread, title
from leadlift.workflows.last_day import last_day
from leadlift.workflows.reasons import explained as reasons_of
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.wording import wording_of

SAMPLE = 1_500


@dataclass(frozen=True)
class Explanation:
    """The page written, and for one customer the score with its reasons."""

    pipeline: str
    model: str
    page: Path
    customer: str | None
    as_of: date | None
    probability: float | None
    percentile: int | None
    band: str | None
    reasons: tuple[Reason, ...]
    said: str = ""


def explain(
    ws: Workspace,
    name: str,
    customer: str | None = None,
    as_of: date | None = None,
    progress: Progress = SILENT,
) -> Explanation:
    """Write a page on the model, or on one customer's score: the champion's, or else the challenger's."""
    spec = ws.pipeline(name)
    tracker = tracker_of(ws)
    version = tracker.version(name, CHAMPION) or tracker.version(name, CHALLENGER)
    if version is None:
        raise UserError(f"pipeline {name} has no model yet. Run `leadlift train {name}`")
    loaded = load(ws, tracker, spec, version)
    with opened(ws) as home:
        if customer is not None:
            return _of_customer(ws, spec, loaded, home, customer, as_of, progress)
        # the model's own features, which the pipeline may not choose any more
        asked = spec.model_copy(update={"features": FeatureChoice(include=loaded.model.encoding.features)})
        table = training_table(asked, ws.features, home, progress)
    progress.step("contributions")
    rows = split_cases(table.table, spec.split, table.maturity, table.days_of_all).rows[TEST]
    picked = table.table.take(pa.array(spread(rows, SAMPLE)))
    page = model_page(
        title(name),
        f"{loaded.name}, {picked.num_rows:,} test cases",
        shap_of(loaded.model, picked, loaded.features),
    )
    path = write_text(ws.root / "reports" / f"explain-{name}.html", page)
    return Explanation(name, loaded.name, path, None, None, None, None, None, ())


def _of_customer(
    ws: Workspace,
    spec: Pipeline,
    loaded: Loaded,
    home: Home,
    customer: str,
    as_of: date | None,
    progress: Progress,
) -> Explanation:
    day = as_of or last_day(home)
    row = _row_of(ws, spec, loaded, home, customer, day, progress)
    found = loaded.model.predict(row)
    reasons = reasons_of(loaded, row, progress, language=ws.file.language).reasons[0]
    words = wording_of(spec)
    facts = {
        words.fact: words.said(float(found.probability[0])),
        "percentile": str(found.percentile[0]),
        "band": str(found.band[0]),
        "as of": str(day),
    }
    subtitle = f"Why this score, by {loaded.name}. Percentile among {loaded.model.percentiles.population}."
    told = shap_of(loaded.model, row, loaded.features)
    page = customer_page(f"Customer {customer}", facts, told, 0, reasons, loaded.typical, subtitle)
    path = write_text(ws.root / "reports" / f"explain-{spec.pipeline}-{_safe(customer)}.html", page)
    return Explanation(
        spec.pipeline,
        loaded.name,
        path,
        customer,
        day,
        float(found.probability[0]),
        int(found.percentile[0]),
        str(found.band[0]),
        tuple(reasons),
        words.said(float(found.probability[0])),
    )


def _row_of(
    ws: Workspace, spec: Pipeline, loaded: Loaded, home: Home, customer: str, day: date, progress: Progress
) -> pa.Table:
    names = loaded.model.encoding.features
    if spec.population.table is not None:
        table = spec.population.score or spec.population.table
        query = flat_query(table, home.sources[table], names, None, home.sources)
    else:
        query, _ = feature_query(home, ws.features, names, everyone_spine(home, [day]), progress)
    mine = exp.EQ(this=col(CUSTOMER), expression=exp.Literal.string(customer))
    row = home.engine.table(exp.select("*").from_(query.subquery(ROW)).where(mine))
    if row.num_rows != 1:
        raise UserError(f"no customer '{customer}' as of {day}: {row.num_rows} rows have this id")
    return row


def _safe(customer: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in customer)
