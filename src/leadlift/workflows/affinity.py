"""leadlift affinity: which products go together, which comes next, and what that suggests for each customer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.affinity import (
    FROZEN_BY,
    Base,
    Histories,
    NextRule,
    Step,
    Suggestion,
    Together,
    affinity_html,
    frozen_yaml,
    next_rules,
    order_of,
    rules_for,
    suggest,
    together_rules,
)
from leadlift.affinity.histories import day_number
from leadlift.engines.files import sweep, whole_folder, write_text
from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.features.rows import ROW, SPINE, as_date, col, known_rows
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.reports.sheets import write_sheets
from leadlift.specs import Workspace
from leadlift.specs.affinity import Affinity
from leadlift.workflows.last_day import last_day
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.session import opened

FROZEN = "feature_defs/needs_affinity.yaml"
MOST_PRODUCTS = 60
SHARES = (
    "support", "support_low", "support_high", "confidence", "confidence_low", "confidence_high", "chance", "chance_low",
    "chance_high", "share", "share_low", "share_high",
)  # fmt: skip


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
        _refuse_existing(ws.root / FROZEN, replace=replace)
    with opened(ws) as home:
        day = as_of or last_day(home)
        progress.step("holdings")
        histories = holdings_of(home, spec, day)
        sources = home.prints(spec.source)
    if not len(histories.customer):
        raise UserError(f"source '{spec.source}': nothing was held by {day}")
    progress.step("rules")
    held = histories.held_on(day_number(day))
    holders = held.any(axis=1)
    together = together_rules(held[holders], histories.products, spec.support, spec.together)
    bases, rules = next_rules(
        histories, day_number(day), spec.horizon, spec.windows, spec.least, spec.together
    )
    steps = order_of(histories)
    suggestions = rules_for(bases, rules)
    rows = _suggested(histories, held, holders, suggestions, day)
    progress.step("files")
    counts = _counts(rows)
    folder = ws.root / "affinity" / day.isoformat()
    facts = {
        "as_of": day.isoformat(),
        "customers": int(holders.sum()),
        "sources": sources,
        "affinity": spec.model_dump(),
    }
    files = _write(folder, together, bases, rules, steps, rows, facts)
    page = ws.root / "reports" / "affinity.html"
    summary = [{"product": name, **one} for name, one in counts.items()]
    html = affinity_html(
        ws.file.name, day, spec.horizon, spec.windows, together, bases, rules, steps, suggestions, summary
    )
    write_text(page, html)
    frozen = _frozen(ws, spec, suggestions, day) if freeze else None
    return Affine(
        as_of=day,
        customers=int(holders.sum()),
        products=histories.products,
        together=together,
        bases=bases,
        rules=rules,
        steps=steps,
        suggested={name: one["customers"] for name, one in counts.items()},
        folder=folder,
        page=page,
        files=files,
        frozen=frozen,
        notes=_learned_before(ws, day) if freeze else (),
    )


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


def _counts(rows: pa.Table) -> dict[str, dict[str, Any]]:
    told = rows.group_by("next_product").aggregate(
        [("chance", "mean"), ("chance", "count"), (CUSTOMER, "count")]
    )
    found = [
        (
            one["next_product"] or "none",
            {"customers": one[f"{CUSTOMER}_count"], "mean_chance": one["chance_mean"]},
        )
        for one in told.to_pylist()
    ]
    return dict(sorted(found, key=lambda one: -one[1]["customers"]))


def _write(
    folder: Path,
    together: Sequence[Together],
    bases: Sequence[Base],
    rules: Sequence[NextRule],
    steps: Sequence[Step],
    rows: pa.Table,
    facts: Mapping[str, Any],
) -> list[str]:
    tables: dict[str, Sequence[Any]] = {"together": together, "bases": bases, "next": rules, "order": steps}
    flat = {name: [_flat(asdict(one)) for one in found] for name, found in tables.items()}
    sweep(folder.parent)
    with whole_folder(folder, replace=True) as temporary:
        text = json.dumps({**facts, **flat}, indent=2, ensure_ascii=False, default=str)
        write_text(temporary / "rules.json", text)
        write_sheets(temporary / "affinity.xlsx", flat, percent=SHARES)
        pq.write_table(rows, temporary / "next_product.parquet", compression="zstd")
        paths = [temporary / name for name in ("rules.json", "affinity.xlsx", "next_product.parquet")]
        write_manifest(temporary, paths, facts)
    return [*(path.name for path in paths), "manifest.json"]


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a table: intervals side by side, sets as text."""
    told: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
            told |= {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
        else:
            told[name] = " and ".join(value) if isinstance(value, list | tuple) else value
    return told


def _refuse_existing(path: Path, *, replace: bool) -> None:
    if not path.exists():
        return
    if not path.read_text(encoding="utf-8").startswith(FROZEN_BY):
        raise UserError(f"{path} was not written by --freeze; rename it first")
    if not replace:
        raise UserError(
            f"{path} is frozen already, and models that learned it can score by it alone. To write other rules, add "
            "--replace, then train and promote those models again"
        )


def _frozen(ws: Workspace, spec: Affinity, suggestions: Mapping[str, Suggestion], day: date) -> Path:
    text = frozen_yaml(suggestions, spec.source, spec.product, day, spec.horizon, spec.windows)
    return write_text(ws.root / FROZEN, text)


def _learned_before(ws: Workspace, day: date) -> list[str]:
    told = []
    for name, spec in sorted(ws.pipelines.items()):
        first = spec.population.from_
        if first is not None and first < day:
            told.append(
                f"{name} learns from {first} on: its first cases would see rules that were not known then"
            )
    return told
