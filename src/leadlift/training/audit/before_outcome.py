"""Features whose rows sit just before the outcome: records that the outcome itself brought about, dated too early.

A form filled in for the purchase, a call made to confirm it, a fee booked on closing: such rows are dated a day or two
before the as-of date, or before the outcome, of nearly every responder and of hardly anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from leadlift.features import Home, needed
from leadlift.features.compile import part_query
from leadlift.features.population import outcome_waits
from leadlift.features.rows import ROW, SPINE, col
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef, Target, sql
from leadlift.specs.features import Feature
from leadlift.training.audit.finding import Finding, figure, others
from leadlift.training.audit.limits import Limits
from leadlift.training.audit.sample import Codes, Floats, Training

JUST, LONG = 3, 30  # days before the as-of date: just before it, and with what is usual
SOON = 7  # an outcome so many days into its window may have been under way at the as-of date
SURE = 3.0  # standard errors
KINDS = ("events", "intervals")
PLACE, LOOKED_AT = "place", "audited_cases"
ADVICE = (
    "Find out whether these rows come with the outcome; if so leave them out with `where`, or lengthen `gap`"
)

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RowKind:
    """Rows of a source under a condition. just, usual: count them. features: of the model, made of them."""

    source: str
    just: FeatureDef
    usual: FeatureDef
    features: tuple[str, ...]


def rows_before(
    train: Training,
    table: pa.Table,
    features: Sequence[FeatureDef],
    catalogue: Mapping[str, FeatureDef],
    target: Target,
    home: Home,
    limits: Limits,
) -> list[Finding]:
    """One finding for each kind of rows (a source, a condition) that sit just before the outcome.

    For each case: 1 when it has such a row in the last 3 days before the as-of date, less the chance of one at the
    pace of the 27 days before these. What is usual for a customer, or for everybody on such days, cancels: the mean
    among responders minus that among others is the excess, and its lower end (3 standard errors, by customer) is held
    against the limits. Where the outcome has a day, those whose outcome came within the first 7 days of the window
    are also looked at alone.
    """
    kinds = row_kinds(features, catalogue, home)
    spine = table.select([CUSTOMER, AS_OF]).take(pa.array(train.sampled))
    if not kinds or spine[AS_OF].null_count:
        return []
    home.engine.define_table(LOOKED_AT, spine.append_column(PLACE, pa.array(np.arange(spine.num_rows))))
    home.engine.define(SPINE, exp.select("*").from_(exp.to_table(LOOKED_AT)))
    asked = {"responders": train.y == 1}
    if target.source is not None and not target.absent:
        asked[f"those who responded within {SOON} days"] = (train.y == 1) & _soon(target, home)
    found = []
    for kind, just, usual in _counted(kinds, home):
        excess = (just > 0) - (1 - np.exp(-(usual - just) * JUST / (LONG - JUST)))
        told = [_finding(kind, excess, just > 0, train, yes, who, limits) for who, yes in asked.items()]
        given = [one for one in told if one is not None]
        found += sorted(given, key=lambda one: -float(one.evidence["low"]))[:1]
    return found


def row_kinds(
    features: Sequence[FeatureDef], catalogue: Mapping[str, FeatureDef], home: Home
) -> list[RowKind]:
    """The kinds of dated rows that a model's features are made of, formulas followed down to them."""
    users: dict[tuple[str, str, str], tuple[FeatureDef, list[str]]] = {}
    for feature in features:
        for part in needed(catalogue, [feature.name]):
            if part.source is None or home.sources[part.source].kind not in KINDS:
                continue
            on = "closed" if part.spec.on == "closed" else "opened"
            where = part.where.sql() if part.where is not None else ""
            users.setdefault((part.source, on, where), (part, []))[1].append(feature.name)
    kinds = []
    for number, ((source, on, _), (part, names)) in enumerate(users.items()):
        spec = Feature(
            agg="count", where=part.spec.where, on=on if home.sources[source].kind == "intervals" else None
        )
        uses = tuple(sorted(sql.names_in(part.where))) if part.where is not None else ()
        count = replace(part, spec=spec, of=None, type="number", uses=uses)
        just, usual = (replace(count, name=f"rows_{number}_{days}", window=days) for days in (JUST, LONG))
        kinds.append(RowKind(source, just, usual, tuple(dict.fromkeys(names))))
    return kinds


def _counted(kinds: Sequence[RowKind], home: Home) -> list[tuple[RowKind, Floats, Floats]]:
    """The rows of each kind in the last 3 and the last 30 days before each case of the spine, source by source."""
    told = []
    for source in dict.fromkeys(kind.source for kind in kinds):
        here = [kind for kind in kinds if kind.source == source]
        counts = [count for kind in here for count in (kind.just, kind.usual)]
        part = part_query(source, home.sources[source], counts, home.customer_key)
        answer = _in_place(part, [count.name for count in counts], home)
        told += [(kind, answer[kind.just.name], answer[kind.usual.name]) for kind in here]
    return told


def _soon(target: Target, home: Home) -> Truths:
    """Whether the outcome came within the first days of the window."""
    query = outcome_waits(target, home.customer_key, home.sources)
    waits = _in_place(query, ["wait"], home)["wait"]
    return waits < target.gap + SOON


def _in_place(query: exp.Select, names: Sequence[str], home: Home) -> dict[str, Floats]:
    """The query's columns in the order of the spine."""
    same = exp.and_(*(exp.EQ(this=col(key, ROW), expression=col(key, SPINE)) for key in (CUSTOMER, AS_OF)))
    placed = (
        exp.select(*(exp.cast(col(name, ROW), "DOUBLE").as_(name, quoted=True) for name in names))
        .from_(SPINE)
        .join(query.subquery(ROW), on=same)
        .order_by(col(PLACE, SPINE))
    )
    answer = home.engine.table(placed)
    return {name: answer[name].to_numpy().astype(np.float64) for name in names}


def _finding(
    kind: RowKind, excess: Floats, near: Truths, train: Training, yes: Truths, who: str, limits: Limits
) -> Finding | None:
    limit = limits["rows_before_outcome"]
    no = train.y == 0
    if len(np.unique(train.customer[yes & near])) < limit.fewest or not no.any():
        return None
    gap = float(excess[yes].mean() - excess[no].mean())
    errors = [_error(excess[which], train.customer[which]) for which in (yes, no)]
    low = gap - SURE * float(np.hypot(errors[0], errors[1]))
    severity = limit.severity(low)
    if severity is None:
        return None
    first, *also = kind.features
    shares = float(near[yes].mean()), float(near[no].mean())
    text = (
        f"{first} rests on rows of {kind.source} that sit just before the outcome: in the last {JUST} days before the "
        f"as-of date {shares[0]:.1%} of {who} have one, {shares[1]:.1%} of the others; {gap:+.1%} beyond the usual"
    )
    evidence: dict[str, float | int | str] = {
        "source": kind.source,
        "near_of_responders": figure(shares[0]),
        "near_of_others": figure(shares[1]),
        "excess": figure(gap),
        "low": figure(low),
    }
    text += others(tuple(also))
    return Finding("rows_before_outcome", severity, first, text, ADVICE, evidence, tuple(also))


def _error(values: Floats, customer: Codes) -> float:
    """Standard error of the mean, cases of one customer taken together."""
    rest = np.bincount(np.unique(customer, return_inverse=True)[1], weights=values - values.mean())
    return float(np.sqrt(np.sum(rest**2)) / len(values))
