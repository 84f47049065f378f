"""leadlift affinity: which products go together, which comes next, and what that suggests for each customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from leadlift.affinity import (
    Base,
    Found,
    Histories,
    NextRule,
    Step,
    Suggestion,
    Together,
    affinity_html,
    next_rules,
    order_of,
    rules_for,
    suggest,
    together_rules,
)
from leadlift.affinity.histories import day_number
from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.features.rows import ROW, SPINE, as_date, col, known_rows
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.specs.affinity import Affinity
from leadlift.workflows.affinity_files import (
    refuse_existing,
    suggested_counts,
    write_frozen,
    write_rules,
)
from leadlift.workflows.last_day import last_day
from leadlift.workflows.session import opened

FROZEN = "feature_defs/needs_affinity.yaml"
MOST_PRODUCTS = 60


@dataclass(frozen=True)
class Affine:
    """What was found. suggested: product -> customers it is suggested to. frozen: the file of features, or None.

    notes: pipelines that would learn on days before the rules were known.
    """

    as_of: date
    customers: int
    products: tuple[str, ...]
    together: Sequence[Together]
    bases: Sequence[Base]
    rules: Sequence[NextRule]
    steps: Sequence[Step]
    suggested: Mapping[str, int]
    folder: Path
    page: Path
    files: Sequence[str]
    frozen: Path | None
    notes: Sequence[str]


def affinity(
    ws: Workspace,
    as_of: date | None = None,
    *,
    freeze: bool = False,
    replace: bool = False,
    progress: Progress = SILENT,
) -> Affine:
    """Find rules from what is known on a day, and write them with each customer's suggestion, whole or not at all.

    freeze: also write the rules as features into feature_defs/. A frozen file is only replaced with `replace`, as
    models that learned it cannot score by another. Raises UserError where leadlift.yaml names no holdings.
    """
    spec = ws.file.affinity
    if spec is None:
        raise UserError(
            "leadlift.yaml: `affinity` is missing: say which source holds the products of customers"
        )
    if freeze:
        refuse_existing(ws.root / FROZEN, replace=replace)
    with opened(ws) as home:
        day = as_of or last_day(home)
        progress.step("holdings")
        histories = holdings_of(home, spec, day)
        sources = home.prints(spec.source)
    progress.step("rules")
    held = histories.held_on(day_number(day))
    holders = held.any(axis=1)
    if not holders.any():
        raise UserError(f"source '{spec.source}': nothing was held on {day}")
    found = _found(histories, held[holders], spec, day)
    rows = _suggested(histories, held, holders, found.suggestions, day)
    progress.step("files")
    told = {
        "as_of": day.isoformat(),
        "customers": rows.num_rows,
        "sources": sources,
        "affinity": spec.model_dump(),
    }
    files = write_rules(ws.root / "affinity" / day.isoformat(), found, rows, told)
    counts = suggested_counts(rows)
    page = affinity_html(ws.file.name, day, spec, found, counts)
    return Affine(
        as_of=day,
        customers=rows.num_rows,
        products=histories.products,
        together=found.together,
        bases=found.bases,
        rules=found.rules,
        steps=found.steps,
        suggested={str(one["product"]): int(one["customers"]) for one in counts},
        folder=ws.root / "affinity" / day.isoformat(),
        page=write_text(ws.root / "reports" / "affinity.html", page),
        files=files,
        frozen=write_frozen(ws.root / FROZEN, spec, found, day) if freeze else None,
        notes=_learned_before(ws, day) if freeze else (),
    )


def _found(histories: Histories, held: Any, spec: Affinity, day: date) -> Found:
    together = together_rules(held, histories.products, spec.support, spec.together)
    asked = (day_number(day), spec.horizon, spec.windows, spec.least, spec.together)
    bases, rules = next_rules(histories, *asked)
    return Found(together, bases, rules, order_of(histories), rules_for(bases, rules))


def holdings_of(home: Home, spec: Affinity, day: date) -> Histories:
    """Every holding known on a day, of customers who left as well. An end that was not known yet reads as none."""
    source = home.sources[spec.source]
    key = source.customer_key or home.customer_key
    someone = exp.not_(exp.Is(this=col(key), expression=exp.null()))
    on_day = exp.cast(exp.Literal.string(day.isoformat()), "DATE").as_(AS_OF)
    spine = exp.select(exp.cast(col(key), "TEXT").as_(CUSTOMER), on_day).distinct()
    home.engine.define(SPINE, spine.from_(exp.to_table(spec.source)).where(someone))
    rows = known_rows(spec.source, source, {spec.product}, home.customer_key)
    end = exp.null() if source.valid_to is None else as_date(col(source.valid_to))
    asked = exp.select(
        col(CUSTOMER),
        col(spec.product).as_("product"),
        as_date(col("__at")).as_("opened"),
        exp.cast(end, "DATE").as_("closed"),
    )
    named = exp.not_(exp.Is(this=col(spec.product), expression=exp.null()))
    table = home.engine.table(asked.from_(rows.subquery(ROW)).where(named))
    found = Histories.of(table)
    if len(found.products) > MOST_PRODUCTS:
        raise UserError(
            f"source '{spec.source}': column '{spec.product}' has {len(found.products)} values, and rules among more "
            f"than {MOST_PRODUCTS} products say little: name a column of product groups"
        )
    return found


def _suggested(
    histories: Histories, held: Any, holders: Any, suggestions: Mapping[str, Suggestion], day: date
) -> pa.Table:
    places = np.flatnonzero(holders)
    told = suggest(held[places], histories.products, suggestions)
    names = ("next_product", "chance", "low", "high", "lift", "evidence")
    columns = {name: pa.array([one[name] for one in told]) for name in names}
    texts = ("next_product", "evidence")
    columns = {n: c.cast(pa.string() if n in texts else pa.float64()) for n, c in columns.items()}
    ids = pa.array([histories.customers[place] for place in places.tolist()], pa.string())
    return pa.table({CUSTOMER: ids, AS_OF: pa.array([day] * len(places), pa.date32()), **columns})


def _learned_before(ws: Workspace, day: date) -> list[str]:
    told = []
    for name, spec in sorted(ws.pipelines.items()):
        first = spec.population.from_
        if first is not None and first < day:
            told.append(
                f"{name} learns from {first} on: its first cases would see rules that were not known then"
            )
    return told
