"""The tables of the bank: which columns, of which types, from what happened."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from leadlift.simulate import _columns as to
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Column, Rng
from leadlift.simulate._experiments import ARMS
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._names import full_names
from leadlift.simulate._numbering import PREFIXES, Numbering
from leadlift.simulate._truth import TRAITS

Rows = dict[str, Column]


def tables_of(ledger: Ledger, numbering: Numbering, rng: Rng) -> tuple[dict[str, pa.Table], dict[str, int]]:
    """Every table of a block as Arrow, and how many ids of each are taken then.

    A table in which nothing happened has its columns and no rows.
    """
    made, taken = {}, {}
    for name, make in _MAKERS.items():
        rows = ledger.take(name)
        rows = _Rows(_kept(rows, numbering) if rows else {})
        made[name] = make(rows, numbering, rng)
        if name in PREFIXES:
            taken[name] = numbering.first.get(name, 0) + len(rows)
    return made, taken


def schemas() -> dict[str, pa.Schema]:
    """Columns and types of every table."""
    nobody, any_numbers = Numbering(0, np.zeros(0, dtype=np.bool_)), np.random.default_rng(0)
    return {name: table.schema for name, table in tables_of(Ledger(), nobody, any_numbers)[0].items()}


def _kept(rows: Rows, numbering: Numbering) -> Rows:
    here = numbering.keep[rows["customer"].astype(np.int64)]
    return rows if here.all() else {name: column[here] for name, column in rows.items()}


class _Rows(Rows):
    """Columns by name; any column of a table without rows is empty."""

    def __missing__(self, name: str) -> Column:
        return np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self["customer"])


def _customers(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    order = np.lexsort((rows["valid_from"], rows["customer"]))
    sorted_rows = _Rows({name: column[order] for name, column in rows.items()})
    at = sorted_rows.__getitem__
    return pa.table(
        {
            "customer_id": numbering.customers(at("customer")),
            "valid_from": to.day(at("valid_from")),
            "valid_to": to.day(at("valid_to")),
            "name": full_names(at("name")),
            "birth_date": to.day(at("birth_date")),
            "gender": to.word(at("gender"), w.GENDERS),
            "region": to.word(at("region"), w.REGIONS),
            "city_size": to.word(at("city_size"), w.CITY_SIZES),
            "occupation": to.word(at("occupation"), w.OCCUPATIONS),
            "income_band": to.word(at("income_band"), w.INCOME_BANDS),
            "marital_status": to.word(at("marital_status"), w.MARITAL),
            "household_size": to.whole(at("household_size")),
            "branch_id": to.code(at("branch_id"), "B", 4),
            "joined_on": to.day(at("joined_on")),
        }
    )


def _holdings(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "holding_id": numbering.rows("holdings", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "product": to.word(rows["product"], w.PRODUCTS),
            "opened_on": to.day(rows["opened_on"]),
            "closed_on": to.day(rows["closed_on"]),
            "matures_on": to.day(rows["matures_on"]),
            "amount": to.money(rows["amount"]),
            "rate": to.real(rows["rate"]),
        }
    )


_ASSETS = ("savings_balance", "term_deposit_balance", "fund_balance")
_DEBTS = ("card_balance", "personal_loan_balance", "mortgage_balance")


def _balances(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    columns = {"customer_id": numbering.customers(rows["customer"]), "month_end": to.day(rows["month_end"])}
    for name in (*_ASSETS, "card_balance", "card_limit", "personal_loan_balance", "mortgage_balance"):
        columns[name] = to.money(rows[name])
    columns["total_assets"] = to.money(np.sum([rows[name] for name in _ASSETS], axis=0))
    columns["total_liabilities"] = to.money(np.sum([rows[name] for name in _DEBTS], axis=0))
    return pa.table(columns)


def _transactions(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    """A corrected transaction has two rows: first a wrong amount, some days later the right one."""
    wrong = np.flatnonzero(rows["corrected"])
    amount = rows["amount"].copy()
    amount[wrong] = np.round(amount[wrong] * np.exp(0.3 * rng.standard_normal(len(wrong))), 2)
    again = rows["loaded"][wrong] + rng.integers(1, 21, len(wrong)) * 86_400
    source = np.concatenate([np.arange(len(rows)), wrong])
    return pa.table(
        {
            "txn_id": numbering.ids("T", source + numbering.first.get("transactions", 0)),
            "customer_id": numbering.customers(rows["customer"][source]),
            "posted_at": to.instant(rows["second"][source]),
            "loaded_at": to.instant(np.concatenate([rows["loaded"], again])),
            "amount": to.money(np.concatenate([amount, rows["amount"][wrong]])),
            "channel": to.word(rows["channel"][source], w.TXN_CHANNELS),
            "category": to.word(rows["category"][source], w.CATEGORIES),
        }
    )


def _channel_events(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "event_id": numbering.rows("channel_events", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "happened_at": to.instant(rows["second"]),
            "event_type": to.word(rows["event_type"], w.VISITS),
            "topic": to.word(rows["topic"], w.TOPICS),
        }
    )


def _own_campaigns(rows: _Rows) -> pa.Array:
    """The bank's own campaigns, named by offer and month."""
    months, which = np.unique(rows["month"], return_inverse=True)
    labels = [str(np.datetime64(int(first), "D"))[:7] for first in months]
    campaigns = [f"{offer}_{label}" for label in labels for offer in w.OFFERS]
    return to.word(which * len(w.OFFERS) + rows["offer"], campaigns)


def _contacts(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    lists = numbering.campaigns
    return pa.table(
        {
            "contact_id": numbering.rows("contacts", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "contacted_at": to.instant(rows["second"]),
            "campaign": to.word(rows["campaign"], lists) if lists else _own_campaigns(rows),
            "offer": to.word(rows["offer"], w.OFFERS),
            "channel": to.word(rows["channel"], w.CONTACT_CHANNELS),
            "randomised": to.flag(rows["randomised"]),
            "answered": to.flag(rows["answered"]),
        }
    )


def _experiments(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "customer_id": numbering.customers(rows["customer"]),
            "drawn_on": to.day(rows["drawn_on"]),
            "campaign": _own_campaigns(rows),
            "offer": to.word(rows["offer"], w.OFFERS),
            "arm": to.word(rows["arm"], ARMS),
        }
    )


def _sales(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    contact = rows["contact"]
    ids = numbering.ids("C", np.maximum(contact, 0))
    return pa.table(
        {
            "sale_id": numbering.rows("sales", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "sold_on": to.day(rows["sold_on"]),
            "product": to.word(rows["product"], w.PRODUCTS),
            "amount": to.money(rows["amount"]),
            "contact_id": pa.compute.if_else(pa.array(contact >= 0), ids, pa.scalar(None, pa.string())),
        }
    )


def _consents(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "consent_id": numbering.rows("consents", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "channel": to.word(rows["channel"], w.CONTACT_CHANNELS),
            "purpose": to.word(np.zeros(len(rows), dtype=np.int64), ("marketing",)),
            "given_on": to.day(rows["given_on"]),
            "withdrawn_on": to.day(rows["withdrawn_on"]),
        }
    )


def _arrears(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "arrears_id": numbering.rows("arrears", len(rows)),
            "customer_id": numbering.customers(rows["customer"]),
            "recorded_on": to.day(rows["recorded_on"]),
            "product": to.word(rows["product"], w.PRODUCTS),
            "amount_due": to.money(rows["amount_due"]),
            "days_past_due": to.whole(rows["days_past_due"]),
        }
    )


def _latents(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    columns = {"customer_id": numbering.customers(rows["customer"]), "life_stages": _paths(rows["stages"])}
    public = {"digital": "digital_habit", "price": "price_sensitivity", "risk": "risk_appetite"}
    for trait in TRAITS:
        columns[public.get(trait, trait)] = to.real(np.round(rows[trait], 4))
    for offer in w.OFFERS:
        columns[f"{offer}_type"] = to.word(rows[f"{offer}_type"], w.TYPES)
    return pa.table(columns)


def _paths(stages: Column) -> pa.Array:
    """Life stages in order, such as `single>couple`, from their base-8 code."""
    seen, which = np.unique(stages.astype(np.int64), return_inverse=True)
    names = [">".join(w.STAGES[int(digit) - 1] for digit in np.base_repr(code, 8)) for code in seen]
    return to.word(which, names)


def _chances(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "customer_id": numbering.customers(rows["customer"]),
            "as_of": to.day(rows["as_of"]),
            "event": to.word(rows["event"], w.EVENTS),
            "chance": to.real(rows["chance"]),
        }
    )


def _effects(rows: _Rows, numbering: Numbering, rng: Rng) -> pa.Table:
    return pa.table(
        {
            "customer_id": numbering.customers(rows["customer"]),
            "as_of": to.day(rows["as_of"]),
            "offer": to.word(rows["offer"], w.OFFERS),
            "effect": to.real(rows["effect"]),
        }
    )


_MAKERS: dict[str, Callable[[_Rows, Numbering, Rng], pa.Table]] = {
    "customers": _customers,
    "holdings": _holdings,
    "balances": _balances,
    "transactions": _transactions,
    "channel_events": _channel_events,
    "contacts": _contacts,
    "experiments": _experiments,
    "sales": _sales,
    "consents": _consents,
    "arrears": _arrears,
    "latents": _latents,
    "chances": _chances,
    "effects": _effects,
}
