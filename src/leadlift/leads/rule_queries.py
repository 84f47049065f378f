"""Policy rules as queries: which customers a rule says no to, by what was known on the as-of date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from leadlift.features.compile import newest_rows
from leadlift.features.rows import AT, ROW, as_date, case, col, known_rows, number
from leadlift.names import CUSTOMER
from leadlift.specs import ContactHistory, Rule, Source, column_types, sql

CONTACTS, OWN = "contact_rows", "own_contacts"
OFFER, CHANNEL, DAY, REFUSED = "offer", "channel", "day", "refused"


@dataclass(frozen=True)
class Flag:
    """One yes or no for each customer that closes some of the pairs.

    name: of the column. rule: whose it is. offers, channel: which pairs it closes; None for all.
    """

    name: str
    rule: Rule
    offers: tuple[str, ...] | None
    channel: str | None


def source_rule(rule: Rule, source: Source, customer: str, sources: Mapping[str, Source]) -> exp.Select:
    """The customers of `spine` with a known row that the rule's condition is true of: one column, customer_id.

    Of intervals the row must hold on the as-of date, unless `within` asks for those that began lately. Of attributes
    the row known last counts.
    """
    types = column_types(source, sources)
    condition = sql.parse(str(rule.where), types, f"source '{rule.source}'")
    wanted = sql.names_in(condition)
    if source.kind == "attributes":
        rows = newest_rows(str(rule.source), source, customer, wanted)
    else:
        rows = known_rows(str(rule.source), source, wanted, customer, rule.within)
    query = exp.select(col(CUSTOMER)).distinct().from_(rows.subquery(ROW)).where(condition)
    if source.kind == "intervals" and source.valid_to and rule.within is None:
        query = query.where(exp.Is(this=col(source.valid_to), expression=exp.null()))
    return query


def history_rows(
    spec: ContactHistory, source: Source, customer: str, sources: Mapping[str, Source]
) -> exp.Select:
    """The bank's contacts known on the as-of date: customer_id, offer, channel, day, refused."""
    types = column_types(source, sources)
    refused = None
    wanted = {name for name in (spec.channel, spec.offer) if name is not None}
    if spec.refused is not None:
        refused = sql.parse(spec.refused, types, f"source '{spec.source}'")
        wanted |= sql.names_in(refused)
    rows = known_rows(spec.source, source, wanted, customer)
    flag = case(refused, number(1)).else_(number(0)) if refused is not None else number(0)
    return exp.select(
        col(CUSTOMER),
        _text(spec.offer).as_(OFFER),
        _text(spec.channel).as_(CHANNEL),
        as_date(col(AT)).as_(DAY),
        flag.as_(REFUSED),
    ).from_(rows.subquery(ROW))


def with_own(history: exp.Select | None) -> exp.Query:
    """The contacts and our own lists together, each contact once.

    A row of ours (OWN: customer_id, offer, channel, day, until) is left out when the history has the same customer,
    offer and channel between the day of the list and its last day: it is that contact.
    """
    told = [col(name) for name in (CUSTOMER, OFFER, CHANNEL, DAY)]
    own = exp.select(*told, number(0).as_(REFUSED)).from_(OWN)
    if history is None:
        return own
    same = [exp.EQ(this=col(name, "h"), expression=col(name, OWN)) for name in (CUSTOMER, OFFER, CHANNEL)]
    span = exp.Between(this=col(DAY, "h"), low=col(DAY, OWN), high=col("until", OWN))
    seen = exp.select(number(1)).from_(history.copy().subquery("h")).where(*same, span)
    return exp.union(history, own.where(exp.not_(exp.Exists(this=seen))), distinct=False)


def contact_flags(rules: Sequence[tuple[int, Rule]]) -> list[Flag]:
    """The flags of rules over contacts. A rule that never lets offers meet has one for each of them."""
    flags = []
    for number_, rule in rules:
        name = f"rule_{number_}"
        if rule.kind == "never":
            for place, offer in enumerate(rule.never or ()):
                others = tuple(one for one in rule.never or () if one != offer)
                flags.append(Flag(f"{name}_{place}", rule, others, None))
        elif rule.kind == "apart":
            flags.append(Flag(name, rule, (str(rule.offer),), None))
        elif rule.kind == "pause":
            flags.append(Flag(name, rule, rule.offers, None))
        else:
            flags.append(Flag(name, rule, None if rule.offer is None else (rule.offer,), rule.channel))
    return flags


def contacts_query(flags: Sequence[Flag], as_of: date) -> exp.Select:
    """customer_id and every flag, 0 or 1, of those with any contact. Reads CONTACTS."""
    told = [_contact_flag(flag, as_of).as_(flag.name) for flag in flags]
    return exp.select(col(CUSTOMER), *told).from_(CONTACTS).group_by(col(CUSTOMER))


def _contact_flag(flag: Flag, as_of: date) -> exp.Expr:
    rule = flag.rule
    if rule.kind == "most":
        seen = [_since(as_of, rule.within)]
        seen += [_is(OFFER, rule.offer)] if rule.offer else []
        seen += [_is(CHANNEL, rule.channel)] if rule.channel else []
        return _reached(seen, rule.most or 0)
    if rule.kind == "pause":
        refused = exp.EQ(this=col(REFUSED), expression=number(1))
        about = (
            [exp.In(this=col(OFFER), expressions=[exp.Literal.string(o) for o in rule.offers])]
            if rule.offers
            else []
        )
        return _reached([_since(as_of, rule.pause), refused, *about], 1)
    if rule.kind == "apart":
        return _reached([_since(as_of, rule.apart), _is(OFFER, rule.from_)], 1)
    offer = (rule.never or ())[int(flag.name.rsplit("_", 1)[1])]
    return _reached([_is(OFFER, offer)], 1)


def _reached(conditions: Sequence[exp.Expr], count: int) -> exp.Expr:
    seen = exp.Count(this=case(exp.and_(*conditions), number(1)))
    return case(exp.GTE(this=seen, expression=number(count)), number(1)).else_(number(0))


def _since(as_of: date, days: int | None) -> exp.Expr:
    first = exp.cast(exp.Literal.string((as_of - timedelta(days=days or 0)).isoformat()), "DATE")
    return exp.GTE(this=col(DAY), expression=first)


def _is(column: str, value: str | None) -> exp.Expr:
    return exp.EQ(this=col(column), expression=exp.Literal.string(str(value)))


def _text(column: str | None) -> exp.Expr:
    return exp.cast(exp.null() if column is None else col(column), "TEXT")
