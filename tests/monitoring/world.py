"""A small bank that lives for two years: what customers do is known, and what goes wrong is planted.

Three features with a cause (a balance, a count of card payments, a habit), one without. Who buys: a logistic chance of
the first two. Everything is written as a bank would: month-end balances, payments with a time, sales with a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.features.calendar import month_later

FIRST = date(2023, 12, 31)
MONTHS = 30

WORKSPACE = """
name: small-bank
customer_key: customer_id
sources:
  customers:
    path: data/customers.parquet
    kind: attributes
    columns:
      customer_id: {type: string, required: true}
      region: {type: string}
  balances:
    path: data/balances.parquet
    kind: snapshots
    event_time: month_end
    columns:
      customer_id: {type: string, required: true}
      month_end: {type: date, required: true}
      balance: {type: number}
      noise: {type: number}
  payments:
    path: data/payments.parquet
    kind: events
    event_time: paid_on
    columns:
      customer_id: {type: string, required: true}
      paid_on: {type: date, required: true}
      channel: {type: string}
  sales:
    path: data/sales.parquet
    kind: events
    event_time: sold_on
    columns:
      customer_id: {type: string, required: true}
      sold_on: {type: date, required: true}
"""
FEATURES = {
    "wealth": """
subject: value
source: balances
windows: [31d]
features:
  balance: {agg: last, of: balance}
  noise: {agg: last, of: noise}
""",
    "habits": """
subject: behaviour
source: payments
windows: [31d]
features:
  payments: {agg: count}
  app_payments: {agg: count, where: "channel = 'app'"}
""",
    "people": """
subject: attributes
source: customers
features:
  region: {agg: value, of: region}
""",
}
PIPELINE = """
pipeline: buyers
kind: propensity
population: {as_of: monthly, from: 2024-02-29, to: 2024-12-31}
target: {source: sales, outcome: 30d}
features: {include: ["*"]}
split: {out_of_time: 25%, valid: 15%, calibration: 25%}
model: {max_rounds: 60, params: {num_leaves: 8, learning_rate: 0.1}}
gates: {min_positives: 50, min_lift_at_10: 1, max_relative_calibration_error: 1}
"""


@dataclass(frozen=True)
class Plan:
    """What is planted, by the number of the month (0 is the month after FIRST); by default nothing.

    balance: added to all balances of a month, in their standard deviations. odds: added to everybody's log-odds of
    buying. slope: how much of the causes still holds. payments_until: the first month without payments. empty: months
    whose balance is null.
    """

    customers: int = 1_500
    seed: int = 1
    balance: Callable[[int], float] = lambda month: 0.0
    odds: Callable[[int], float] = lambda month: 0.0
    slope: Callable[[int], float] = lambda month: 1.0
    payments_until: int = 10_000
    empty: Callable[[int], bool] = lambda month: False


def month_end(month: int) -> date:
    """The last day of a month of the bank's life; month 0 ends a month after FIRST."""
    return month_later(FIRST, month + 1)


def build(folder: Path, plan: Plan) -> None:
    """Write the workspace and its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "leadlift.yaml": WORKSPACE,
        "pipelines/buyers.yaml": PIPELINE,
        **{f"feature_defs/{name}.yaml": text for name, text in FEATURES.items()},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    for name, table in tables(plan).items():
        (folder / "data").mkdir(exist_ok=True)
        pq.write_table(table, folder / "data" / f"{name}.parquet")


def tables(plan: Plan) -> dict[str, pa.Table]:
    """The bank's tables over all its months."""
    draw = np.random.default_rng(plan.seed)
    n = plan.customers
    ids = np.array([f"c{number:05d}" for number in range(n)])
    own, habit = draw.normal(size=n), draw.gamma(4.0, 1.0, n)
    regions = np.array(["north", "south", "coast"])[draw.choice(3, n, p=[0.5, 0.3, 0.2])]
    balances, payments, sales = [], [], []
    for month in range(MONTHS):
        end, begin = month_end(month), month_end(month - 1)
        days = (end - begin).days
        balance = 0.9 * own + 0.45 * draw.normal(size=n)
        count = draw.poisson(habit)
        who = np.repeat(np.arange(n), count)
        chance = 1 / (
            1 + np.exp(2.6 - plan.slope(month) * (0.8 * balance + 0.25 * (count - 4)) - plan.odds(month))
        )
        buys = np.flatnonzero(draw.random(n) < chance)
        when, sold = draw.integers(0, days, len(who)), draw.integers(0, 30, len(buys))
        channel = np.array(["app", "card"])[(draw.random(len(who)) < 0.5).astype(int)]
        shown = 1_000 + 400 * (balance + plan.balance(month))
        balances.append(
            (
                ids,
                end - timedelta(days=1),
                np.full(n, np.nan) if plan.empty(month) else shown,
                draw.normal(size=n),
            )
        )
        if month < plan.payments_until:
            payments.append((ids[who], [begin + timedelta(days=int(day)) for day in when], channel))
        # who stands well at the end of a month buys in the next
        sales.append((ids[buys], [end + timedelta(days=int(day)) for day in sold]))
    return {
        "customers": pa.table({"customer_id": ids, "region": regions}),
        "balances": pa.table(
            {
                "customer_id": np.concatenate([one[0] for one in balances]),
                "month_end": pa.array([one[1] for one in balances for _ in range(n)], pa.date32()),
                "balance": pa.array(np.concatenate([one[2] for one in balances]), from_pandas=True),
                "noise": np.concatenate([one[3] for one in balances]),
            }
        ),
        "payments": pa.table(
            {
                "customer_id": np.concatenate([one[0] for one in payments]),
                "paid_on": pa.array([day for one in payments for day in one[1]], pa.date32()),
                "channel": np.concatenate([one[2] for one in payments]),
            }
        ),
        "sales": pa.table(
            {
                "customer_id": np.concatenate([one[0] for one in sales]),
                "sold_on": pa.array([day for one in sales for day in one[1]], pa.date32()),
            }
        ),
    }
