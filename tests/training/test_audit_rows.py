"""Rows that sit just before the outcome: planted ones are caught and named, busy customers and busy days are not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from leadlift.progress import SILENT
from leadlift.training import Finding, prepare, split_cases, training_table
from leadlift.training.audit import audit_limits
from leadlift.training.audit.before_outcome import rows_before
from leadlift.training.audit.sample import Training

DAYS = [date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)]
CUSTOMERS = 250
WORKSPACE = """
name: small
sources:
  customers: {path: customers.csv, kind: attributes, columns: {customer_id: {type: string}}}
  buys:
    {path: buys.csv, kind: events, event_time: day, complete_until: 2025-07-15,
     columns: {customer_id: {type: string}, day: {type: date}}}
  visits:
    path: visits.csv
    kind: events
    event_time: day
    columns: {customer_id: {type: string}, day: {type: date}, what: {type: string}}
"""
FEATURES = """
subject: behaviour
source: visits
windows: [90d]
features:
  forms: {agg: count, where: "what = 'form'"}
  talks: {agg: count, where: "what = 'talk'"}
  many: {expr: "forms_90d > 1"}
"""
PIPELINE = f"""
pipeline: buy
kind: propensity
population: {{as_of: [{", ".join(str(day) for day in DAYS)}]}}
target: {{source: buys, outcome: 30d}}
split: {{out_of_time: 25%, valid: 10%, calibration: 10%}}
"""


class Bank:
    """Customers of whom one in five buys after each as-of date, and what they did before."""

    def __init__(self, wait: int = 12) -> None:
        self.draw = np.random.default_rng(8)
        self.buyer = self.draw.random((len(DAYS), CUSTOMERS)) < 0.2
        self.wait = np.where(self.draw.random(self.buyer.shape) < 0.3, 2, wait)
        self.rows: list[str] = []

    def add(self, what: str, customer: int, day: date, ago: int) -> None:
        self.rows.append(f"c{customer},{day - timedelta(days=int(ago))},{what}")

    def pace(self, what: str, usual: float, of_buyers: float) -> None:
        """Rows on any of the 60 days before, with so many a day."""
        for number, day in enumerate(DAYS):
            for customer in range(CUSTOMERS):
                pace = of_buyers if self.buyer[number, customer] else usual
                for ago in np.flatnonzero(self.draw.random(28) < pace) + 1:
                    self.add(what, customer, day, ago)

    def before_buying(self, what: str, soon: bool = False) -> None:
        """A row a day or two before the as-of date for nine buyers in ten, or only where the buying came at once."""
        for number, day in enumerate(DAYS):
            for customer in np.flatnonzero(self.buyer[number]):
                if self.draw.random() < 0.9 and (not soon or self.wait[number, customer] < 7):
                    self.add(what, customer, day, self.draw.integers(1, 3))

    def on_the_last_day(self, what: str) -> None:
        """A row for everybody on the day before, as salaries are."""
        for day in DAYS:
            for customer in range(CUSTOMERS):
                self.add(what, customer, day, 1)

    def files(self) -> dict[str, str]:
        bought = [
            f"c{customer},{day + timedelta(days=int(self.wait[number, customer]))}"
            for number, day in enumerate(DAYS)
            for customer in np.flatnonzero(self.buyer[number])
        ]
        ids = "\n".join(f"c{n}" for n in range(CUSTOMERS))
        return {
            "leadlift.yaml": WORKSPACE,
            "feature_defs/behaviour.yaml": FEATURES,
            "pipelines/buy.yaml": PIPELINE,
            "customers.csv": f"customer_id\n{ids}\n",
            "buys.csv": "\n".join(["customer_id,day", *bought]) + "\n",
            "visits.csv": "\n".join(["customer_id,day,what", *self.rows]) + "\n",
        }


@pytest.fixture
def found_in(small):
    def found(bank: Bank) -> list[Finding]:
        workspace, home = small(bank.files())
        spec = workspace.pipelines["buy"]
        made = training_table(spec, workspace.features, home, SILENT)
        cases = prepare(made.table, made.features, split_cases(made.table, spec.split, made.maturity))
        return rows_before(
            Training.of(cases),
            made.table,
            made.features,
            workspace.features,
            spec.target,
            home,
            audit_limits(),
        )

    return found


def test_rows_just_before_the_as_of_date_of_buyers_alone_are_named_with_their_features(found_in):
    bank = Bank()
    bank.pace("talk", 0.1, 0.1)
    bank.pace("form", 0.02, 0.02)
    bank.before_buying("form")
    (found,) = found_in(bank)
    assert (found.kind, found.severity, found.name) == ("rows_before_outcome", "error", "forms_90d")
    assert found.also == ("many",)
    assert found.evidence["source"] == "visits"
    assert found.evidence["near_of_responders"] == pytest.approx(0.9, abs=0.06)
    assert found.evidence["near_of_others"] == pytest.approx(1 - 0.98**3, abs=0.04)


def test_rows_that_only_those_who_buy_at_once_have_are_named_by_the_day_of_the_outcome(found_in):
    bank = Bank()
    bank.pace("talk", 0.1, 0.1)
    bank.before_buying("form", soon=True)
    (found,) = found_in(bank)
    assert (found.severity, found.name) == ("error", "forms_90d")
    assert "within 7 days" in found.text


def test_busy_customers_and_busy_days_are_no_suspects(found_in):
    bank = Bank()
    bank.pace("form", 0.05, 0.4)  # buyers are eight times as busy, before and then
    bank.pace("talk", 0.1, 0.1)
    bank.on_the_last_day("talk")
    assert found_in(bank) == []
