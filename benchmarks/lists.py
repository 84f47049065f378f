"""A list of several offers on several channels for millions of customers, by the command itself.

Run: python benchmarks/lists.py --customers 5000000 --leads 50000 [--folder DIR]
Makes, once for each size, a bank of attributes with consents and a contact history with one row a customer; trains and
promotes a pipeline for each of six offers and one of risk on a bank of 20,000 of the same kind; and scores everyone by
the seven. Then `leadlift leads` is timed, in a process of its own: a campaign of 6 offers x 4 channels with eight rules
of all kinds, capacities by list, offer, channel and branch, a control of 10 % and an explore slice of 5 %, reasons for
everyone chosen, the list as CSV, Parquet and workbook, and what the bank keeps: whom which rule removed, too.
`--alone` times the allocation by itself, beside HiGHS where that manages.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "500")  # as the commands do
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]

import numpy as np  # noqa: E402  # what stands beside this file comes first
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from features import Steps  # noqa: E402
from measured import taken  # noqa: E402

from leadlift.cli.main import main as leadlift  # noqa: E402
from leadlift.leads.allocation import Cap, allocate  # noqa: E402
from leadlift.leads.allocation.exact import dual_prices, solved  # noqa: E402
from leadlift.leads.allocation.problem import total_worth  # noqa: E402

AS_OF = date(2026, 6, 30)
OFFERS = ("deposit", "fund", "card", "loan", "insurance", "pension")
PIPELINES = (*OFFERS, "risk")
CHANNELS = {"call": 25.0, "app_push": 0.5, "sms": 1.0, "email": 0.1}
MEASURES = ("balance", "income", "tenure", "visits", "payments", "transfers")
LEARN = 20_000
WORKSPACE = """\
name: bank
memory: 5GB
customer_key: customer_id
holdout: {share: 0.02, salt: "2026"}
contacts: {source: contacts, channel: channel, offer: offer, refused: answer = 'refused'}
sources:
  customers:
    path: customers.parquet
    kind: attributes
    columns: {customer_id: {type: string}, age: {type: integer}, branch: {type: string}, COLUMNS}
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
  sales:
    path: sales.parquet
    kind: events
    event_time: day
    columns:
      customer_id: {type: string}
      day: {type: date}
      product: {type: string}
"""
RULES = """\
policy:
  - {rule: minors, where: age < 18}
  - {rule: refused_lately, source: contacts, where: answer = 'refused', within: 30d}
  - {rule: risky, pipeline: risk, above: 0.1}
  - {rule: two_calls, channel: call, most: 2, within: 60d}
  - {rule: two_contacts, most: 2, within: 90d}
  - {rule: pause, pause: 90d, after: refused, offers: [fund, card]}
  - {rule: fund_after_deposit, offer: fund, apart: 90d, from: deposit}
  - {rule: card_or_loan, never: [card, loan]}
"""


def bank(folder: Path, customers: int) -> None:
    """The tables. Who buys what in a month follows from a measure of theirs each."""
    rng = np.random.default_rng(0)
    names = pa.array([f"{number:09d}" for number in range(customers)])
    consents = {
        f"consent_{name}": pa.array((rng.random(customers) < 0.6).astype(np.int8)) for name in CHANNELS
    }
    branch = pa.array([f"B{number:03d}" for number in range(200)]).take(
        pa.array(rng.integers(0, 200, customers))
    )
    age = pa.array(rng.integers(15, 90, customers).astype(np.int8))
    measures = {name: rng.normal(size=customers).astype(np.float32) for name in MEASURES}
    told = {"customer_id": names, "age": age, "branch": branch, **consents, **measures}
    pq.write_table(pa.table(told), folder / "customers.parquet")
    days = np.datetime64("2026-01-01") + rng.integers(0, 179, customers).astype("timedelta64[D]")
    told = {
        "customer_id": names.take(pa.array(rng.integers(0, customers, customers))),
        "day": pa.array(days.astype("datetime64[D]")),
        "offer": pa.array(OFFERS).take(pa.array(rng.integers(0, 6, customers))),
        "channel": pa.array(list(CHANNELS)).take(pa.array(rng.integers(0, 4, customers))),
        "answer": pa.array(["refused", "maybe"]).take(pa.array((rng.random(customers) > 0.1).astype(int))),
    }
    pq.write_table(pa.table(told), folder / "contacts.parquet")
    pq.write_table(_sales(names, measures, rng), folder / "sales.parquet")


def _sales(names: pa.Array, measures: dict[str, np.ndarray], rng: np.random.Generator) -> pa.Table:
    parts = []
    for place, product in enumerate(PIPELINES):
        odds = -4.5 + measures[MEASURES[place % 6]] + 0.5 * measures[MEASURES[(place + 1) % 6]]
        for month in range(1, 7):
            bought = np.flatnonzero(rng.random(len(names)) < 1 / (1 + np.exp(-odds)))
            first = np.datetime64(f"2026-{month:02}-01")
            days = first + rng.integers(0, 28, len(bought)).astype("timedelta64[D]")
            who = names.take(pa.array(bought))
            product_of = pa.repeat(pa.scalar(product), len(bought))
            parts.append(pa.table({"customer_id": who, "day": pa.array(days), "product": product_of}))
    return pa.concat_tables(parts)


def specs(folder: Path, leads: int) -> None:
    """The workspace of both banks."""
    for place in ("feature_defs", "pipelines/campaigns"):
        (folder / place).mkdir(parents=True)
    columns = [f"consent_{name}: {{type: integer}}" for name in CHANNELS]
    columns += [f"{name}: {{type: number}}" for name in MEASURES]
    (folder / "leadlift.yaml").write_text(WORKSPACE.replace("COLUMNS", ", ".join(columns)))
    shown = ("age", "branch", *(f"consent_{name}" for name in CHANNELS), *MEASURES)
    features = "".join(f"  {name}: {{agg: value, of: {name}}}\n" for name in shown)
    (folder / "feature_defs/a.yaml").write_text(
        f"subject: attributes\nsource: customers\nfeatures:\n{features}"
    )
    for name in PIPELINES:
        (folder / f"pipelines/{name}.yaml").write_text(
            f"pipeline: {name}\nkind: propensity\npopulation: {{as_of: monthly, from: 2026-01-31}}\n"
            f"target: {{source: sales, where: product = '{name}', outcome: 30d}}\n"
            'features: {include: ["*"], exclude: ["consent_*", branch]}\n'
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
        "export: {formats: [csv, parquet, xlsx]}\n"
    )


def made(folder: Path, customers: int, leads: int) -> None:
    """The bank with everyone's scores, by models that a small bank of the same kind taught."""
    small = folder / "small"
    for place, many in ((small, LEARN), (folder, customers)):
        place.mkdir(parents=True, exist_ok=True)
        specs(place, leads)
        bank(place, many)
    for name in PIPELINES:
        _did(small, "train", name)
        _did(small, "promote", name, "--because", "to be timed", *_accepted())
    shutil.copytree(small / "mlruns", folder / "mlruns")
    for name in PIPELINES:
        began = time.perf_counter()
        _did(folder, "score", name, "--as-of", AS_OF.isoformat())
        print(f"{time.perf_counter() - began:8.2f} scored by {name}", flush=True)


def _accepted() -> list[str]:
    """The score of so few months may move by more than the gates let pass."""
    return [word for gate in ("score_psi", "beats_logistic") for word in ("--accept", gate)]


def _did(folder: Path, *words: str) -> None:
    if code := leadlift([*words, "--workspace", str(folder)]):
        raise SystemExit(f"leadlift {' '.join(words)} ended with {code}")


def listed(folder: Path) -> None:
    """The command in a process of its own, and what it took."""
    began = time.perf_counter()
    with taken(0.1) as what:
        subprocess.run([sys.executable, __file__, "--job", "--folder", str(folder)], check=True)
    seconds = time.perf_counter() - began
    print(f"{seconds:8.2f} all: {what.cpu:.0f} cpu seconds, peak {what.peak / 1e9:.2f} GB")
    for path in sorted((folder / "leads/c" / AS_OF.isoformat()).rglob("*.*")):
        print(f"  {path.name:24} {path.stat().st_size / 1e6:10.1f} MB")


def _job(folder: Path) -> None:
    """What `leadlift leads` runs, with the time of each step."""
    from leadlift.specs import open_workspace
    from leadlift.workflows.leads import leads

    steps = Steps()
    found = leads(open_workspace(folder), "c", AS_OF, replace=True, progress=steps)
    steps.step("done")
    print(f"{found.leads:,} leads")
    for row in found.waterfall:
        print(f"  {row.rule:20} {row.removed:>10,} {row.left:>10,}")


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what:12} {time.perf_counter() - began:7.1f} s", flush=True)


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
    told.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    args = told.parse_args()
    folder = args.folder or Path(tempfile.gettempdir()) / f"leadlift-lists-{args.customers}-{args.leads}"
    if args.alone:
        alone(args.customers)
    elif args.job:
        _job(folder)
    else:
        if not (folder / "scores" / "risk").exists():
            made(folder, args.customers, args.leads)
        listed(folder)


if __name__ == "__main__":
    main()
