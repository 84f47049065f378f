"""What is known of every scored customer: chances by offer, values, and a yes or no for each condition and rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from leadlift.features import Home, everyone_spine, feature_query, flat_query
from leadlift.features.rows import SPINE, case, col, number
from leadlift.leads import Flag
from leadlift.leads.rule_queries import (
    CONTACTS,
    OWN,
    contact_flags,
    contacts_query,
    history_rows,
    source_rule,
    with_own,
)
from leadlift.names import AS_OF, CUSTOMER, PROBABILITY, SCORE, VALUE
from leadlift.progress import Progress
from leadlift.specs import (
    Campaign,
    Pipeline,
    ValueModel,
    Workspace,
    column_types,
    conditions_of,
    shown_features,
    sql,
)
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.places import SCORES, own_contacts

EVERYBODY, FEATURES, KNOWN = "everybody", "features", "known"


@dataclass(frozen=True, eq=False)
class Facts:
    """One row for each scored customer, in the order of customer_id.

    table: customer_id; chance_0, score_0, value_0 ... by offer; consent_0 ... and prefer_0 ... by channel; eligible and
    eligible_0 ..., held_0 ... by offer; a column for each flag; and the features that are shown or counted by.
    conditions: flags of `exclude` and of rules over features or sources, each with its rule's name.
    """

    table: pa.Table
    conditions: Sequence[tuple[str, str]]
    flags: Sequence[Flag]
    features: exp.Select

    def yes(self, name: str) -> npt.NDArray[np.bool_]:
        """Of whom a column is true, (n,)."""
        return np.asarray(self.table[name].to_numpy() == 1)

    def floats(self, name: str) -> npt.NDArray[np.float64]:
        """A column of numbers, NaN where nothing is known, (n,)."""
        return np.asarray(self.table[name].to_numpy(), dtype=np.float64)


def condition_types(ws: Workspace, spec: Pipeline) -> dict[str, str]:
    """What a campaign's conditions may name, and its type: features, or every column of the flat table."""
    table = spec.population.score or spec.population.table
    if table is not None:
        return column_types(ws.sources[table], ws.sources)
    return {name: "string" if feature.is_text else "number" for name, feature in ws.features.items()}


def lead_facts(
    ws: Workspace,
    campaign: Campaign,
    home: Home,
    as_of: date,
    scores: Mapping[str, Path],
    wanted: Sequence[str],
    progress: Progress,
) -> Facts:
    """Gather the facts in one query.

    scores: pipeline -> the folder of its day's scores. wanted: features that reasons will need.
    """
    offers = list(campaign.offers.values())
    spec = ws.pipeline(offers[0].pipeline)
    types = condition_types(ws, spec)
    for pipeline, folder in scores.items():
        home.engine.define_files(_scored(pipeline), folder / SCORES)
    home.engine.define(EVERYBODY, _everybody([offer.pipeline for offer in offers]))
    features = _features(ws, campaign, spec, types, home, as_of, wanted, progress)
    _spine(home, as_of)
    rules = list(enumerate(campaign.policy))
    flags = contact_flags(
        [(i, rule) for i, rule in rules if rule.kind in ("most", "pause", "apart", "never")]
    )
    query = exp.select(col(CUSTOMER, EVERYBODY)).from_(EVERYBODY)
    query = _with_features(query, campaign, features, types)
    query = _with_scores(query, campaign)
    if flags:
        home.engine.define_table(OWN, own_contacts(ledger_of(ws).root, campaign.campaign, as_of))
        home.engine.define(CONTACTS, with_own(_history(ws, home)))
        query = _joined(query, contacts_query(flags, as_of), KNOWN, [flag.name for flag in flags])
    query, conditions = _with_rules(query, ws, campaign, home)
    told = home.engine.table(query.order_by(col(CUSTOMER, EVERYBODY)))
    return Facts(told, conditions, flags, features)


def _scored(pipeline: str) -> str:
    return f"scores_of_{pipeline}"


def _everybody(pipelines: Sequence[str]) -> exp.Query:
    """Everyone whom any offer's model scored."""
    told = [exp.select(col(CUSTOMER)).from_(_scored(one)) for one in dict.fromkeys(pipelines)]
    query: exp.Query = told[0]
    for other in told[1:]:
        query = exp.union(query, other, distinct=True)
    return query


def _features(
    ws: Workspace,
    campaign: Campaign,
    spec: Pipeline,
    types: Mapping[str, str],
    home: Home,
    as_of: date,
    wanted: Sequence[str],
    progress: Progress,
) -> exp.Select:
    """All that conditions, reasons, shown columns and capacities need, for everyone on the day."""
    named = [
        name
        for _, text in conditions_of(campaign)
        for name in sorted(sql.names_in(sql.parse(text, types, "the workspace")))
    ]
    names = list(dict.fromkeys([*wanted, *named, *shown_features(campaign)]))
    table = spec.population.score or spec.population.table
    if table is not None:
        return flat_query(table, home.sources[table], names, spec.population.where, home.sources)
    return feature_query(home, ws.features, names, everyone_spine(home, [as_of]), progress)[0]


def _spine(home: Home, as_of: date) -> None:
    """Everyone scored, on the day: whose rows the rules look at."""
    day = exp.cast(exp.Literal.string(as_of.isoformat()), "DATE").as_(AS_OF)
    home.engine.define(SPINE, exp.select(col(CUSTOMER), day).from_(EVERYBODY))


def _with_features(
    query: exp.Select, campaign: Campaign, features: exp.Select, types: Mapping[str, str]
) -> exp.Select:
    """Every condition over features as 1 or 0: of what must hold unknown is 0, and so it is of what removes."""
    told: dict[str, exp.Expr] = {}
    if campaign.eligible:
        told["eligible"] = _met(campaign.eligible, types)
    for place, channel in enumerate(campaign.channels.values()):
        told |= {f"consent_{place}": _met(channel.consent, types)} if channel.consent else {}
        told |= {f"prefer_{place}": _met(channel.prefer, types)} if channel.prefer else {}
    for place, offer in enumerate(campaign.offers.values()):
        told |= {f"eligible_{place}": _met(offer.eligible, types)} if offer.eligible else {}
        told |= {f"held_{place}": _met(offer.held, types)} if offer.held else {}
    for place, rule in enumerate(campaign.exclude):
        told[f"exclude_{place}"] = _met(rule.where, types)
    for place, one in enumerate(campaign.policy):
        if one.kind == "where" and one.source is None:
            told[f"rule_{place}"] = _met(str(one.where), types)
    shown = [col(name) for name in shown_features(campaign)]
    made = exp.select(col(CUSTOMER), *(value.as_(name) for name, value in told.items()), *shown)
    made = made.from_(features.subquery(FEATURES))
    return _joined(query, made, FEATURES, [*told, *shown_features(campaign)])


def _with_scores(query: exp.Select, campaign: Campaign) -> exp.Select:
    for place, offer in enumerate(campaign.offers.values()):
        alias, table = f"o{place}", _scored(offer.pipeline)
        query = query.join(exp.to_table(table).as_(alias), on=_same(alias), join_type="left")
        query = query.select(
            col(PROBABILITY, alias).as_(f"chance_{place}"), col(SCORE, alias).as_(f"score_{place}")
        )
        if isinstance(offer.value, ValueModel):
            alias = f"v{place}"
            table = _scored(offer.value.pipeline)
            query = query.join(exp.to_table(table).as_(alias), on=_same(alias), join_type="left")
            query = query.select(col(VALUE, alias).as_(f"value_{place}"))
    return query


def _history(ws: Workspace, home: Home) -> exp.Select | None:
    spec = ws.file.contacts
    if spec is None:
        return None
    return history_rows(spec, home.sources[spec.source], home.customer_key, home.sources)


def _with_rules(
    query: exp.Select, ws: Workspace, campaign: Campaign, home: Home
) -> tuple[exp.Select, list[tuple[str, str]]]:
    conditions = [(f"exclude_{place}", rule.rule) for place, rule in enumerate(campaign.exclude)]
    for place, rule in enumerate(campaign.policy):
        name = f"rule_{place}"
        if rule.source is not None:
            hit = source_rule(rule, home.sources[rule.source], home.customer_key, home.sources)
            marked = exp.select(col(CUSTOMER), number(1).as_(name)).from_(hit.subquery("hit"))
            query = _joined(query, marked, f"j{place}", [name])
        elif rule.kind == "above":
            high = exp.GT(this=col(PROBABILITY), expression=exp.Literal.number(str(rule.above)))
            marked = (
                exp.select(col(CUSTOMER), number(1).as_(name)).from_(_scored(str(rule.pipeline))).where(high)
            )
            query = _joined(query, marked, f"j{place}", [name])
        if rule.permission:
            conditions.append((name, rule.rule))
    return query, conditions


def _met(text: str, types: Mapping[str, str]) -> exp.Expr:
    """1 where the condition is true; 0 where it is not, or where that is not known."""
    return case(sql.parse(text, types, "the workspace"), number(1)).else_(number(0))


def _joined(query: exp.Select, other: exp.Select, alias: str, columns: Sequence[str]) -> exp.Select:
    query = query.join(other.subquery(alias), on=_same(alias), join_type="left")
    return query.select(*(col(name, alias) for name in columns))


def _same(alias: str) -> exp.Expr:
    return exp.EQ(this=col(CUSTOMER, alias), expression=col(CUSTOMER, EVERYBODY))
