"""A list of several offers on several channels for millions of customers: facts, policy, allocation, files.

Run: python benchmarks/lists.py --customers 5000000 --leads 50000 [--folder DIR]
Makes, once for each size, a bank of attributes with consents, a contact history with one row a customer, and scores of
six pipelines; then a campaign of 6 offers x 4 channels with eight rules of all kinds, capacities by list, offer,
channel and branch, a control of 10 % and an explore slice of 5 %. Reasons are left out: benchmarks/reasons.py has them.
`--alone` times the allocation by itself, beside HiGHS where that manages.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.leads import Board, Rates, Room, Terms, apply_least, apply_permission, apply_rest, choose
from leadlift.leads.allocation import Cap, allocate
from leadlift.leads.allocation.exact import dual_prices, solved
from leadlift.leads.allocation.problem import total_worth
from leadlift.progress import SILENT
from leadlift.specs import Holdout, open_workspace
from leadlift.workflows.lead_facts import lead_facts
from leadlift.workflows.session import opened

AS_OF = date(2026, 6, 30)
OFFERS = ("deposit", "fund", "card", "loan", "insurance", "pension")
CHANNELS = {"call": 25.0, "app_push": 0.5, "sms": 1.0, "email": 0.1}
WORKSPACE = """\
name: bank
customer_key: customer_id
holdout: {share: 0.02, salt: "2026"}
contacts: {source: contacts, channel: channel, offer: offer, refused: answer = 'refused'}
sources:
  customers:
    path: customers.parquet
    kind: attributes
    columns: {customer_id: {type: string}, age: {type: integer}, branch: {type: string}, CONSENTS}
  contacts:
    path: contacts.parquet
    kind: events
    event_time: day
    available_after: 1d
    columns:
      customer_id: {type: string}
      day: {type: date}
      offer: {type: string}
      channel: {type: string}
      answer: {type: string}
"""
RULES = """\
policy:
  - {rule: minors, where: age < 18}
  - {rule: refused_lately, source: contacts, where: answer = 'refused', within: 30d}
  - {rule: risky, pipeline: risk, above: 0.95}
  - {rule: two_calls, channel: call, most: 2, within: 60d}
  - {rule: two_contacts, most: 2, within: 90d}
  - {rule: pause, pause: 90d, after: refused, offers: [fund, card]}
  - {rule: fund_after_deposit, offer: fund, apart: 90d, from: deposit}
  - {rule: card_or_loan, never: [card, loan]}
"""


def bank(folder: Path, customers: int, leads: int) -> None:
    """The workspace with its tables and the day's scores."""
    rng = np.random.default_rng(0)
    names = pa.array([f"{number:09d}" for number in range(customers)])
    consents = {
        f"consent_{name}": pa.array((rng.random(customers) < 0.6).astype(np.int8)) for name in CHANNELS
    }
    branch = pa.array([f"B{number:03d}" for number in range(200)]).take(
        pa.array(rng.integers(0, 200, customers))
    )
    age = pa.array(rng.integers(15, 90, customers).astype(np.int8))
    pq.write_table(
        pa.table({"customer_id": names, "age": age, "branch": branch, **consents}),
        folder / "customers.parquet",
    )
    days = np.datetime64("2026-01-01") + rng.integers(0, 179, customers).astype("timedelta64[D]")
    told = {
        "customer_id": names.take(pa.array(rng.integers(0, customers, customers))),
        "day": pa.array(days.astype("datetime64[D]")),
        "offer": pa.array(OFFERS).take(pa.array(rng.integers(0, 6, customers))),
        "channel": pa.array(list(CHANNELS)).take(pa.array(rng.integers(0, 4, customers))),
        "answer": pa.array(["refused", "maybe"]).take(pa.array((rng.random(customers) > 0.1).astype(int))),
    }
    pq.write_table(pa.table(told), folder / "contacts.parquet")
    for name in (*OFFERS, "risk"):
        (folder / "scores" / name).mkdir(parents=True)
        chance = rng.beta(1, 15, customers)
        table = pa.table({"customer_id": names, "score": chance, "probability": chance})
        pq.write_table(table, folder / "scores" / name / "scores.parquet", row_group_size=65_536)
    _specs(folder, leads)


def _specs(folder: Path, leads: int) -> None:
    for place in ("feature_defs", "pipelines/campaigns"):
        (folder / place).mkdir(parents=True)
    columns = ", ".join(f"consent_{name}: {{type: integer}}" for name in CHANNELS)
    (folder / "leadlift.yaml").write_text(WORKSPACE.replace("CONSENTS", columns))

    shown = ("age", "branch", *(f"consent_{name}" for name in CHANNELS))
    features = "".join(f"  {name}: {{agg: value, of: {name}}}\n" for name in shown)
    (folder / "feature_defs/a.yaml").write_text(
        f"subject: attributes\nsource: customers\nfeatures:\n{features}"
    )
    for name in (*OFFERS, "risk"):
        (folder / f"pipelines/{name}.yaml").write_text(
            f"pipeline: {name}\nkind: propensity\npopulation: {{as_of: monthly, from: 2026-01-31}}\n"
            "target: {source: contacts, outcome: 30d}\n"
        )
    offers = "".join(
        f"  {name}: {{label: {name}, pipeline: {name}, value: {200 + 100 * place}, capacity: {leads // 4}}}\n"
        for place, name in enumerate(OFFERS)
    )
    channels = "".join(
        f"  {name}: {{cost: {cost}, consent: consent_{name} = 1, capacity: {leads // 3}}}\n"
        for name, cost in CHANNELS.items()
    )
    (folder / "pipelines/campaigns/c.yaml").write_text(
        f"campaign: c\noffers:\n{offers}channels:\n{channels}{RULES}size: {leads}\n"
        f"capacity: {{by: {{feature: branch, most: {leads // 150}}}}}\n"
        "control: {share: 10%}\nexplore: {share: 5%}\n"
    )


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{what:12} {time.perf_counter() - began:7.1f} s   peak so far {peak:5.2f} GB", flush=True)


def whole(folder: Path) -> None:
    """Everything but reasons."""
    ws = open_workspace(folder)
    campaign = ws.campaign("c")
    offers = list(campaign.offers)
    with timed("all"):
        with timed("facts"), opened(ws) as home:
            scores = {name: folder / "scores" / name for name in (*OFFERS, "risk")}
            facts = lead_facts(ws, campaign, home, AS_OF, scores, [], SILENT)
        with timed("policy"):
            told = [campaign.channels[channel] for _, channel in campaign.pairs]
            terms = Terms(
                campaign.pairs,
                np.array([offers.index(offer) for offer, _ in campaign.pairs]),
                np.array([one.response for one in told]),
                np.array([one.cost for one in told]),
                money=True,
            )
            chance = np.column_stack([facts.floats(f"chance_{i}").astype(np.float32) for i in range(6)])
            value = np.empty_like(chance)
            value[:] = [float(campaign.offers[name].value) for name in offers]
            board = Board(facts.table["customer_id"], terms, Rates(chance, value), by_money=True)
            apply_permission(board, campaign, facts.yes, facts.conditions)
            apply_rest(board, campaign, facts.yes, facts.flags, Holdout(share=0.02, salt="2026"))
            apply_least(board, campaign)
        with timed("choosing"):
            group = (
                facts.table["branch"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.intp)
            )
            room = Room(
                campaign.most,
                {name: one.capacity or 0 for name, one in campaign.offers.items()},
                {name: one.capacity or 0 for name, one in campaign.channels.items()},
                group,
                campaign.capacity.by.most if campaign.capacity.by else 0,
            )
            found = choose(board, room, chance, 0.1, 0.05, "c", np.zeros(len(board.best), dtype=np.int8))
        with timed("files"):
            table = pa.table(
                {
                    "customer_id": board.customers.take(pa.array(found.rows)),
                    "pair": pa.array(found.pair),
                    "cell": pa.array(found.cell.tolist()),
                    "expected_value": board.value(found.rows, found.pair),
                }
            )
            pq.write_table(table, folder / "assignments.parquet", compression="zstd")
    print(f"{len(found.rows):,} chosen, {found.contacted.sum():,} contacted; gap {found.allocation.gap:.2e}")
    for row in board.rows:
        print(f"  {row.rule:20} {row.removed:>10,} {row.left:>10,}")


def alone(customers: int) -> None:
    """The allocation by itself: offers, channels and branches compete for a twentieth of the customers."""
    rng = np.random.default_rng(1)
    worth = (rng.gamma(1.0, 10.0, (customers, 1)) * rng.uniform(0.3, 1.0, (customers, 24))).astype(np.float32)
    worth[rng.random((customers, 24), dtype=np.float32) < 0.4] = -np.inf
    leads, group = customers // 20, rng.integers(0, 200, customers)
    caps = [Cap("all", leads, np.ones(24, dtype=bool))]
    caps += [Cap(f"offer {o}", leads // 4, np.arange(24) // 4 == o) for o in range(6)]
    caps += [Cap(f"channel {c}", leads // 3, np.arange(24) % 4 == c) for c in range(4)]
    caps.append(Cap("branch", leads // 150, np.ones(24, dtype=bool), group))
    with timed(f"{customers:,}"):
        found = allocate(worth, caps)
    print(
        f"  {(found.pair >= 0).sum():,} assigned, worth {found.total:,.0f}, gap {found.gap:.2e}, {found.method}"
    )
    if customers <= 20_000:
        with timed("  HiGHS"):
            best = total_worth(worth, solved(worth, caps, [cap.limits() for cap in caps]))
            bound = dual_prices(worth, caps)[1]
        print(f"  HiGHS: {best:,.0f}, bound {bound:,.0f}; ours {found.total / best:.6f} of it")


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--customers", type=int, default=5_000_000)
    told.add_argument("--leads", type=int, default=50_000)
    told.add_argument("--folder", type=Path)
    told.add_argument("--alone", action="store_true")
    args = told.parse_args()
    if args.alone:
        alone(args.customers)
        return
    folder = args.folder or Path(tempfile.gettempdir()) / f"leadlift-lists-{args.customers}-{args.leads}"
    if not folder.exists():
        folder.mkdir(parents=True)
        bank(folder, args.customers, args.leads)
    whole(folder)


if __name__ == "__main__":
    main()
