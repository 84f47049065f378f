"""About 150 features of three sources: one list, from which leadlift's YAML and every peer's own code are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WINDOWS = (30, 90, 180)


@dataclass(frozen=True)
class Wish:
    """One feature: an aggregation of an expression over the rows that meet a condition, within so many days."""

    name: str
    agg: str
    of: str | None = None
    where: str | None = None
    window: int | None = None

    @property
    def column(self) -> str:
        return self.name if self.window is None else f"{self.name}_{self.window}d"


def transaction_wishes() -> list[Wish]:
    """Counts, sums and more of movements, by direction, channel and category, over three windows each."""
    stanzas: list[tuple[str, str, str | None, str | None]] = [
        ("txn_count", "count", None, None),
        ("amount_sum", "sum", "amount", None),
        ("amount_mean", "mean", "amount", None),
        ("amount_std", "std", "amount", None),
        ("inflow", "sum", "amount", "amount > 0"),
        ("outflow", "sum", "-amount", "amount < 0"),
        ("largest_payment", "max", "-amount", "amount < 0"),
        ("largest_inflow", "max", "amount", "amount > 0"),
        ("smallest_amount", "min", "amount", None),
        ("mean_payment", "mean", "-amount", "amount < 0"),
        ("category_count", "distinct", "category", "amount < 0"),
        ("days_since", "days_since_last", None, None),
        ("large_count", "count", None, "amount < -1000"),
    ]
    for channel in ("app", "web", "branch", "atm", "pos"):
        stanzas.append((f"{channel}_count", "count", None, f"channel = '{channel}'"))
        stanzas.append((f"{channel}_spend", "sum", "-amount", f"channel = '{channel}' and amount < 0"))
    for category in (
        "salary",
        "groceries",
        "dining",
        "travel",
        "shopping",
        "utilities",
        "cash",
        "investment",
    ):
        stanzas.append((f"{category}_sum", "sum", "amount", f"category = '{category}'"))
    stanzas.append(("salary_since", "days_since_last", None, "category = 'salary'"))
    stanzas.append(("cash_max", "max", "-amount", "category = 'cash' and amount < 0"))
    return [Wish(n, agg, of, where, window) for n, agg, of, where in stanzas for window in WINDOWS]


def balance_wishes() -> list[Wish]:
    """What stood on the accounts at month ends."""
    wishes = []
    for column in ("savings", "deposits", "funds", "card", "loans"):
        wishes.append(Wish(f"{column}_last", "last", column))
        for window in (90, 180):
            wishes.append(Wish(f"{column}_mean", "mean", column, None, window))
            wishes.append(Wish(f"{column}_max", "max", column, None, window))
    return wishes


def holding_wishes() -> list[Wish]:
    """What is held."""
    products = ("savings", "term_deposit", "fund", "card", "personal_loan", "mortgage", "insurance")
    wishes = [Wish(f"holds_{product}", "holds", None, f"product = '{product}'") for product in products]
    return [*wishes, Wish("held_count", "held_count"), Wish("held_since", "days_held")]


WISHES = {
    "transactions": transaction_wishes(),
    "balances": balance_wishes(),
    "holdings": holding_wishes(),
}

LEADLIFT_YAML = """\
name: large-bank
memory: {memory}
sources:
  customers:
    path: data/customers.parquet
    kind: attributes
    since: joined_on
    columns:
      customer_id: {{type: string, required: true, unique: true}}
      joined_on: {{type: date}}
      region: {{type: string}}
  transactions:
    path: data/transactions/*.parquet
    kind: events
    event_time: posted_at
    available_after: 1d
    columns:
      customer_id: {{type: string}}
      posted_at: {{type: timestamp}}
      amount: {{type: decimal}}
      channel: {{type: string}}
      category: {{type: string}}
  balances:
    path: data/balances/*.parquet
    kind: snapshots
    event_time: month_end
    available_after: 3d
    columns:
      customer_id: {{type: string}}
      month_end: {{type: date}}
      savings: {{type: decimal}}
      deposits: {{type: decimal}}
      funds: {{type: decimal}}
      card: {{type: decimal}}
      loans: {{type: decimal}}
  holdings:
    path: data/holdings.parquet
    kind: intervals
    valid_from: opened_on
    valid_to: closed_on
    available_after: 1d
    columns:
      holding_id: {{type: integer}}
      customer_id: {{type: string}}
      product: {{type: string}}
      opened_on: {{type: date}}
      closed_on: {{type: date}}
      amount: {{type: decimal}}
"""
SUBJECTS = {"transactions": "behaviour", "balances": "value", "holdings": "needs"}


def write_workspace(folder: Path, memory: str = "60%") -> None:
    """leadlift.yaml and feature_defs/ for the bank in the folder."""
    (folder / "leadlift.yaml").write_text(LEADLIFT_YAML.format(memory=memory), encoding="utf-8")
    (folder / "feature_defs").mkdir(exist_ok=True)
    for source, wishes in WISHES.items():
        lines = [f"subject: {SUBJECTS[source]}", f"source: {source}", "features:"]
        for name in dict.fromkeys(wish.name for wish in wishes):
            mine = [wish for wish in wishes if wish.name == name]
            lines += _stanza(mine)
        (folder / "feature_defs" / f"{source}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _stanza(mine: list[Wish]) -> list[str]:
    # one name may be two aggregations only if the windows differ: they never do here
    first = mine[0]
    lines = [f"  {first.name}:", f"    agg: {first.agg}"]
    if first.of is not None:
        lines.append(f'    of: "{first.of}"')
    if first.where is not None:
        lines.append(f'    where: "{first.where}"')
    windows = [f"{wish.window}d" for wish in mine if wish.window is not None]
    if windows:
        lines.append(f"    windows: [{', '.join(windows)}]")
    return lines
