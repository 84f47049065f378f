"""The public data sets as plain tables: features, a target, who, and which rows are the test.

Found through LEADLIFT_DATA (default ../shared/data); nothing is copied. Columns known only after the outcome
are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(os.environ.get("LEADLIFT_DATA", "../shared/data"))
TEST_SHARE = 0.3


@dataclass(frozen=True)
class Data:
    """frame: features, one row a case. y: (n,), 0 or 1. ordered: rows are in the order of time.

    who: (n,), a code of the customer; the same customer is never on both sides of a random split.
    when: (n,), the as-of date where there are several, else the row's number.
    """

    frame: pd.DataFrame
    y: np.ndarray
    who: np.ndarray
    when: np.ndarray
    ordered: bool

    def test(self, seed: int) -> np.ndarray:
        """The mask of the test: the latest 30 % (from a whole date on) where there is time, else 30 % of customers."""
        if self.ordered:
            return self.when >= np.quantile(self.when, 1 - TEST_SHARE, method="higher")
        draw = np.random.default_rng(seed).random(self.who.max() + 1)
        return draw[self.who] < TEST_SHARE


def bank(file: str, target: str, *, ordered: bool) -> Data:
    """UCI bank marketing; `duration` is known only after the call."""
    raw = pd.read_csv(DATA / "uci_bank_marketing" / file, sep=";")
    y = (raw[target] == "yes").to_numpy(float)
    rows = np.arange(len(raw))
    return Data(raw.drop(columns=[target, "duration"]), y, rows, rows, ordered)


def telco() -> Data:
    """Telco churn, one snapshot."""
    raw = pd.read_csv(DATA / "telco_churn" / "WA_Fn-UseC_-Telco-Customer-Churn.csv")
    raw["TotalCharges"] = pd.to_numeric(raw["TotalCharges"], errors="coerce")
    y = (raw["Churn"] == "Yes").to_numpy(float)
    rows = np.arange(len(raw))
    return Data(raw.drop(columns=["Churn", "customerID"]), y, rows, rows, ordered=False)


def hillstrom() -> Data:
    """Visits of those e-mailed and those not; the arm is a feature."""
    raw = pd.read_csv(DATA / "hillstrom" / "hillstrom.csv")
    rows = np.arange(len(raw))
    y = raw["visit"].to_numpy(float)
    return Data(raw.drop(columns=["visit", "conversion", "spend"]), y, rows, rows, ordered=False)


def cdnow() -> Data:
    """Who buys again within 60 days, as of six month ends; the last one or two are the test."""
    raw = pd.read_csv(
        DATA / "cdnow" / "CDNOW_master.txt", sep=r"\s+", names=["who", "at", "number", "amount"], header=0
    )
    raw["at"] = pd.to_datetime(raw["at"].astype(str))
    parts = [_cdnow_at(raw, day) for day in pd.date_range("1997-09-30", "1998-04-30", freq="ME")]
    rows = pd.concat(parts, ignore_index=True)
    when = (rows["when"] - rows["when"].min()).dt.days.to_numpy()
    return Data(
        rows.drop(columns=["who", "when", "y"]), rows["y"].to_numpy(float), rows["who"].to_numpy(), when, True
    )


def _cdnow_at(raw: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    past, future = raw[raw["at"] < day], raw[(raw["at"] >= day) & (raw["at"] < day + pd.Timedelta(days=60))]
    by = past.groupby("who")
    made = pd.DataFrame(
        {
            "orders": by.size(),
            "spent": by["amount"].sum(),
            "pieces": by["number"].sum(),
            "largest": by["amount"].max(),
            "days_since_last": (day - by["at"].max()).dt.days,
            "days_since_first": (day - by["at"].min()).dt.days,
        }
    )
    for days in (30, 90, 180):
        late = past[past["at"] >= day - pd.Timedelta(days=days)].groupby("who")
        made[f"orders_{days}d"] = late.size()
        made[f"spent_{days}d"] = late["amount"].sum()
    made = made.fillna({name: 0 for name in made if name.endswith("d")})
    made["y"] = made.index.isin(future["who"]).astype(float)
    made["when"] = day
    return made.reset_index()


def berka() -> Data:
    """Loans that go bad (status B or D), from the account's movements before the loan: 354 rows, 30 bad."""
    folder = DATA / "berka_pkdd99"
    moves = pd.read_csv(folder / "feup_trans_test_354_loan_accounts.csv", sep=";", low_memory=False)
    loans = pd.read_csv(folder / "loan.asc", sep=";").rename(columns={"amount": "loan"})
    accounts = pd.read_csv(folder / "account.asc", sep=";").drop(columns=["date"])
    places = pd.read_csv(folder / "district.asc", sep=";", na_values="?").rename(
        columns={"A1": "district_id"}
    )
    loans = loans[loans["account_id"].isin(moves["account_id"])].merge(accounts, on="account_id")
    rows = loans.merge(places.drop(columns=["A2"]), on="district_id").merge(
        _movements(moves), on="account_id"
    )
    y = rows["status"].isin(["B", "D"]).to_numpy(float)
    number = np.arange(len(rows))
    known = rows.drop(columns=["status", "loan_id", "account_id", "district_id", "date"])
    return Data(known, y, number, number, ordered=False)


def _movements(moves: pd.DataFrame) -> pd.DataFrame:
    kinds = moves["k_symbol"].fillna("").str.strip().replace("", np.nan)
    moves = moves.assign(kind=kinds, signed=np.where(moves["type"] == "credit", 1, -1) * moves["amount"])
    by = moves.groupby("account_id")
    made = by["balance"].agg(["mean", "min", "max", "std", "last"]).add_prefix("balance_")
    made["movements"], made["net"], made["turnover"] = by.size(), by["signed"].sum(), by["amount"].sum()
    made["below_zero"] = moves["balance"].lt(0).groupby(moves["account_id"]).sum()
    spent = moves.pivot_table(index="account_id", columns="kind", values="amount", aggfunc="sum")
    return made.join(spent.add_prefix("sum_").fillna(0.0)).reset_index()


SETS: Mapping[str, Callable[[], Data]] = {
    "bank_random": lambda: bank("bank-additional-full.csv", "y", ordered=False),
    "bank_in_time": lambda: bank("bank-additional-full.csv", "y", ordered=True),
    "bank_older_random": lambda: bank("bank-full.csv", "y", ordered=False),
    "telco": telco,
    "hillstrom_visit": hillstrom,
    "cdnow_in_time": cdnow,
    "berka_loans": berka,
}
