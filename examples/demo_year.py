"""A year in the life: twelve monthly campaigns on the demo bank, each trained, listed, answered, measured, monitored.

Run: python examples/demo_year.py [DIR] [--customers 60000] [--months 12] [--seed 1]
The bank answers every list by its own true effects (docs/demo_bank.md), so each interval can be held against the truth:
the table at the end says how often it held, and what the lists earned beside other rankings of the same customers.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadlift.cli.main import main as leadlift

HERE = Path(__file__).parent
ROOT = HERE.parent
PIPELINE, CAMPAIGN, OFFER = "term_deposit_response", "deposit_year", "term_deposit"
UPLIFT = "deposit_uplift"
VALUE, COST, RETRAIN_EVERY = 400.0, 25.0, 3
# Months of life before the first list, so that windows of two years see two years from the first contact learned from.
HISTORY = 42
# Outcomes are known two months later; the level of the chances is that of the three months before.
KNOWN_AFTER, MATURED = 2, 3
FILES = {
    f"pipelines/campaigns/{CAMPAIGN}.yaml": """\
# Every month: the customers whom a call or a message about a term deposit pays for most, a fifth of them in control.
campaign: {name}
description: Term deposits by call or message, month after month.
currency: CNY
offers:
  term_deposit:
    label: term deposit
    pipeline: term_deposit_response
    # whoever holds four has no room for another: the bank never asks them, and no model has learned what they answer
    eligible: age between 18 and 80 and savings_balance >= 5000 and term_deposits_held < 4
    value: {value}
    amount: amount
channels:
  call: {{cost: {cost}, consent: consent_call = 1}}
  app_push: {{cost: {cost}, consent: consent_app_push = 1}}
policy:
  - {{rule: open_complaint, where: complaints_30d > 0}}
  - {{rule: one_contact, most: 1, within: 61d}}    # or two lists would be measured in one window
size: {size}
control: {{share: 20%}}
explore: {{share: 25%}}
valid_for: 28d
export: {{formats: [parquet]}}
""",
    "pipelines/deposit_credited.yaml": """\
# Sales that the bank itself credits to the contact: nearer to what the contact brings than all sales that followed.
pipeline: deposit_credited
kind: response
description: Chance that a contacted customer opens a term deposit within 60 days that is credited to a contact.
population:
  source: contacts
  where: offer = 'term_deposit'
  from: 2025-01-01
  eligible: age >= 18 and savings_balance >= 500
target: {source: sales, where: product = 'term_deposit' and contact_id is not null, outcome: 60d}
features: {include: ["*"], exclude: ["consent_*", home_branch]}
split: {out_of_time: 20%, valid: 15%, calibration: 20%}
""",
    "pipelines/deposit_uplift.yaml": """\
# What contacting adds. The bank's experiments say whether it ranks; every contact, the year's too, teaches the proxy.
pipeline: deposit_uplift
kind: uplift
description: What a contact about a term deposit adds to the chance of opening one within 60 days.
population:
  source: experiments
  where: offer = 'term_deposit'
  from: 2025-01-01
  eligible: age >= 18 and savings_balance >= 500
treatment: {column: arm, control: control, arms: contact, proxy: deposit_credited, learners: [t], folds: 3}
target: {source: sales, where: product = 'term_deposit', outcome: 60d}
features: {include: ["*"], exclude: ["consent_*", home_branch]}
split: {random: 10%, valid: 10%, calibration: 10%}
""",
}


def said(folder: Path, *words: str) -> Any:
    """What a command prints with --json, nothing where it says no. A command that fails ends the year."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = leadlift([*words, "--workspace", str(folder), "--json"])
    if code not in (0, 3):
        raise SystemExit(f"leadlift {' '.join(words)} ended with {code}")
    return json.loads(out.getvalue()) if out.getvalue().strip() else None


def lay_out(folder: Path, customers: int) -> None:
    """The workspace: the reference workspace's sources and features, and the campaign of the year."""
    shutil.copy(ROOT / "leadlift.yaml", folder)
    shutil.copytree(ROOT / "feature_defs", folder / "feature_defs")
    # what is remembered for longer than the reference workspace does
    for file in sorted((HERE / "year").glob("*.yaml")):
        shutil.copy(file, folder / "feature_defs" / f"year_{file.name}")
    (folder / "pipelines" / "campaigns").mkdir(parents=True)
    # the bank asks again within the window and the year does not: what follows the next contact is not this one's
    response = (ROOT / "pipelines" / f"{PIPELINE}.yaml").read_text()
    once = response.replace("outcome: 60d", "outcome: 60d\n  last_touch: true")
    (folder / "pipelines" / f"{PIPELINE}.yaml").write_text(once)
    text = FILES[f"pipelines/campaigns/{CAMPAIGN}.yaml"]
    told = text.format(name=CAMPAIGN, value=VALUE, cost=COST, size=customers // 12)
    (folder / "pipelines" / "campaigns" / f"{CAMPAIGN}.yaml").write_text(told)


def month_end(day: date, months: int) -> date:
    """The month end so many months after another one."""
    place = day.year * 12 + day.month + months
    return date(place // 12, place % 12 + 1, 1) - timedelta(days=1)


def month(folder: Path, day: date, number: int) -> dict[str, Any]:
    """Train when it is time, bring the chances to the newest level, list, and let the bank answer."""
    if number % RETRAIN_EVERY == 0:
        said(folder, "train", PIPELINE)
        said(folder, "promote", PIPELINE)
        # what the new trees say of months whose outcomes are known and that they did not learn from
        for months_ago in range(KNOWN_AFTER + MATURED - 1, KNOWN_AFTER - 1, -1):
            said(folder, "score", PIPELINE, "--as-of", month_end(day, -months_ago).isoformat())
    if said(folder, "recalibrate", PIPELINE) is not None:  # else too few responded to tell a level
        said(folder, "promote", PIPELINE)
    listed = said(folder, "leads", CAMPAIGN, "--as-of", day.isoformat(), "--score")
    watched = said(folder, "monitor", PIPELINE, "--as-of", day.isoformat())
    said(folder, "simulate", "--advance", "1m")
    return {"list": listed["list_id"], "leads": listed["leads"], "monitor": watched["watched"][0]["verdict"]}


def truth(folder: Path) -> pd.DataFrame:
    """What each list really did: the mean rise of the chance of those contacted."""
    lists = pd.read_parquet(folder / "data" / "truth" / "lists.parquet")
    reached = lists[lists["cell"].ne("control") & lists["contact_on"].notna()]
    rise = (reached["chance_with"] - reached["chance_without"]).groupby(reached["list_id"])
    return pd.DataFrame({"true_rise": rise.mean()})


def measured(folder: Path, today: date) -> pd.DataFrame:
    """Every matured list by itself: what was promised, what came, and the difference with its interval."""
    rows = []
    for place in sorted((folder / "leads" / CAMPAIGN).iterdir()):
        told = said(folder, "measure", CAMPAIGN, "--as-of", place.name, "--on", today.isoformat())
        if told["promised"] is None:
            continue
        promised, effect = told["promised"], told["effect"]
        rows.append(
            {
                "list_id": next(iter(told["lists"])), "promised": promised["expected"], "from": promised["low"],
                "to": promised["high"], "responded": promised["responded"], "rise": effect["response"]["value"],
                "low": effect["response"]["low"], "high": effect["response"]["high"],
            }
        )  # fmt: skip
    if not rows:
        raise SystemExit("no list has matured: live through at least three months (--months 3)")
    return pd.DataFrame(rows).set_index("list_id")


def rankings(folder: Path, day: date) -> pd.DataFrame:
    """What contacting the best tenth would earn, by each ranking of the same people, with 95 % intervals.

    Intervals are of 1,000 resamples of the customers, alike for all rankings. `of the best`: as a share of what the
    true effects' own order earns. `over response`: what is earned more than by the response model's order. `of the
    gain`: sales added, as a share of those that the true effects' own order adds.
    """
    effects = pd.read_parquet(folder / "data" / "truth" / "effects.parquet")
    effects = effects[(effects["offer"] == OFFER) & (pd.to_datetime(effects["as_of"]).dt.date == day)]
    people = effects.set_index("customer_id")["effect"].to_frame()
    for name, pipeline in (("response model", PIPELINE), ("uplift model", UPLIFT)):
        scores = folder / "scores" / pipeline / day.isoformat() / "scores.parquet"
        if scores.exists():
            people[name] = pd.read_parquet(scores).set_index("customer_id")["score"]
    people = people.dropna()
    orders = {"true effects": people["effect"], **{name: people[name] for name in people.columns[1:]}}
    orders["random"] = pd.Series(np.random.default_rng(1).random(len(people)), index=people.index)
    rng, effect = np.random.default_rng(0), people["effect"].to_numpy()
    counts = [
        np.ones(len(people)),
        *rng.multinomial(len(people), np.full(len(people), 1 / len(people)), 1_000),
    ]
    added, earned = (
        {name: _earned(gain, score.to_numpy(), counts) for name, score in orders.items()}
        for gain in (effect, VALUE * effect - COST)
    )
    best, usual = earned["true effects"], earned["response model"]
    return pd.DataFrame(
        {
            name: {
                **_told("profit", one), **_told("of the best", one / best), **_told("over response", one - usual),
                **_told("of the gain", added[name] / added["true effects"]),
            }
            for name, one in earned.items()
        }
    ).T.assign(customers=len(people))  # fmt: skip


def _earned(gain: np.ndarray, score: np.ndarray, counts: list[np.ndarray]) -> np.ndarray:
    """What the best tenth brings, once for each way of counting the customers."""
    order = np.argsort(-score, kind="stable")
    told = []
    for one in counts:
        mine = one[order]
        before = np.cumsum(mine) - mine
        told.append(np.clip(len(gain) // 10 - before, 0, mine) @ gain[order])
    return np.array(told)


def _told(name: str, found: np.ndarray) -> dict[str, float]:
    """The number itself, and the middle 95 % of the resamples."""
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return {name: found[0], f"{name} low": low, f"{name} high": high}


def lay_out_uplift(folder: Path) -> None:
    """The uplift pipeline and its proxy."""
    for name in ("deposit_credited", UPLIFT):
        (folder / "pipelines" / f"{name}.yaml").write_text(FILES[f"pipelines/{name}.yaml"])


def uplift(folder: Path, day: date) -> tuple[str, str]:
    """Learn whom a contact moves and score the day with it. Returns what the training says, and who would rank.

    The uplift model ranks when its gates say yes: it finds an effect twice, and ranks no worse than the response model.
    Otherwise it is answered for, to be held against the truth; what a coin ranks as well is not even scored.
    """
    lay_out_uplift(folder)
    told = said(folder, "train", UPLIFT)
    ranks = promoted = said(folder, "promote", UPLIFT) is not None
    if not ranks and told["metrics"]["qini"]["low"] > 0:
        answered = [
            word
            for gate in ("qini", "crossfitted_qini", "positives", "beats_response")
            for word in ("--accept", gate)
        ]
        because = ("--because", "to be held against the truth")
        promoted = said(folder, "promote", UPLIFT, *answered, *because) is not None
    if promoted:
        said(folder, "score", UPLIFT, "--as-of", day.isoformat())
    return (
        f"{told['verdict']} Chosen: {told['chosen_because']}.",
        "uplift model" if ranks else "response model",
    )


def live(folder: Path, customers: int, months: int, seed: int) -> pd.DataFrame:
    """Live through the year and hold every list against the truth."""
    lay_out(folder, customers)
    bank = ("--customers", str(customers), "--months", str(HISTORY), "--seed", str(seed))
    said(folder, "simulate", *bank)
    day, told = date(2026, 6, 30), []
    for number in range(months):
        told.append(month(folder, day, number))
        day = month_end(day, 1)
        for file in sorted((folder / "data" / "answers").glob("*.csv")):
            said(folder, "outcomes", "add", str(file), "--on", day.isoformat())
        print(f"{day}: {told[-1]}", flush=True)
    year = measured(folder, day).join(truth(folder))
    year["promise kept"] = year["responded"].between(year["from"], year["to"])
    year["rise held"] = year["true_rise"].between(year["low"], year["high"])
    return year


def untouched(folder: Path) -> int:
    """How many customers of the universal holdout were contacted since the first list: must be 0."""
    import pyarrow as pa

    from leadlift.leads import held_out
    from leadlift.specs import open_workspace

    contacts = pd.read_parquet(folder / "data" / "contacts.parquet")
    late = contacts[pd.to_datetime(contacts["contacted_at"]) >= "2026-07-01"]
    holdout = open_workspace(folder).file.holdout
    names = pa.chunked_array([late["customer_id"].astype(str).tolist()])
    return int(held_out(names, holdout).sum()) if holdout and len(late) else 0


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", nargs="?", type=Path, default=Path("year"))
    words.add_argument("--customers", type=int, default=60_000)
    words.add_argument("--months", type=int, default=12)
    words.add_argument("--seed", type=int, default=1)
    args = words.parse_args()
    if args.folder.exists():
        raise SystemExit(f"{args.folder} is there already: take it away, or name another folder")
    args.folder.mkdir(parents=True)
    year = live(args.folder, args.customers, args.months, args.seed)
    year.to_csv(args.folder / "year.csv")
    print(year.round(4).to_string())
    print(f"promises kept: {year['promise kept'].sum()} of {len(year)}; true rise in the interval: "
          f"{year['rise held'].sum()} of {len(year)}; holdout contacted: {untouched(args.folder)}")  # fmt: skip
    last = max(pd.to_datetime([one.name for one in (args.folder / "leads" / CAMPAIGN).iterdir()])).date()
    verdict, ranker = uplift(args.folder, last)
    print(verdict)
    table = rankings(args.folder, last)
    table.to_csv(args.folder / "profit.csv")
    print(
        f"{args.customers:,} customers, seed {args.seed}, {last}: the best tenth. The product ranks by the {ranker}."
    )
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
