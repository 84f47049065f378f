"""A share of the customers by a keyed hash: the same ones every time, whoever else is in the table."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from leadlift.features import population as people
from leadlift.features.rows import ROW, SPINE, col
from leadlift.features.spines import Spine
from leadlift.features.tables import Home, define_dates, keep_spine
from leadlift.names import CUSTOMER

SALT = "profile"
_DIGITS = 8
SAMPLED = "sampled"


def in_sample(customer: exp.Expr, share: float) -> exp.Expr:
    """Whether a customer is among the share, in [0, 1], kept. Of two shares the smaller is part of the larger.

    By the first digits of MD5 of salt and customer: every engine has it, and they agree.
    """
    salted = exp.DPipe(this=exp.Literal.string(f"{SALT}:"), expression=exp.cast(customer, "TEXT"))
    digits = exp.Substring(
        this=exp.MD5(this=salted), start=exp.Literal.number(1), length=exp.Literal.number(_DIGITS)
    )
    below = min(int(share * 16**_DIGITS), 16**_DIGITS - 1)
    return exp.LTE(this=digits, expression=exp.Literal.string(f"{below:0{_DIGITS}x}"))


def sampled_spine(home: Home, customers: str, days: list[date], most: int) -> Spine:
    """Make the spine of about `most` customers, or of all when there are fewer, at these days.

    customers: the source of kind attributes that says who is a customer.
    """
    source = home.sources[customers]
    key = source.customer_key or home.customer_key
    told = define_dates(home, days)
    counted = exp.Count(this=exp.Distinct(expressions=[col(key)]))
    share = _share(home, exp.select(counted.as_("n")).from_(exp.to_table(customers)), most)
    chosen = exp.select("*").from_(exp.to_table(customers))
    if share is not None and not source.keys:  # cut before anything is ranked: this is what bounds the cost
        chosen = chosen.where(in_sample(col(key), share))
    home.engine.define(SAMPLED, chosen)
    query = people.everyone(SAMPLED, source, home.customer_key)
    if share is not None and source.keys:  # a later version of a row may be another customer's
        query = exp.select("*").from_(query.subquery(ROW)).where(in_sample(col(CUSTOMER), share))
    return keep_spine(home, query, [told, f"{share}", *home.prints(customers)])


def thinned_spine(home: Home, spine: Spine, most: int) -> Spine:
    """About `most` rows of the spine, readable as `spine`: whole customers each, or all when there are fewer."""
    if spine.rows <= most:
        return spine
    kept = in_sample(col(CUSTOMER), most / spine.rows)
    return keep_spine(home, exp.select("*").from_(SPINE).where(kept), [spine.key])


def _share(home: Home, count: exp.Select, most: int) -> float | None:
    there = int(home.engine.table(count)["n"][0].as_py())
    return most / there if there > most else None
