"""No rule is ever broken, and nobody is left out without one: random rules over random histories."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlift.leads import Board, Rates, Terms, apply_permission, apply_rest, choose
from leadlift.leads.choosing import Room
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.workflows.lead_facts import lead_facts
from leadlift.workflows.session import opened

from .checker import allowed, broken

AS_OF = date(2026, 6, 30)
OFFERS, CHANNELS = ("deposit", "fund", "card"), ("call", "push")
WORKSPACE = """\
name: bank
customer_key: customer_id
contacts: {source: contacts, channel: channel, offer: offer, refused: answer = 'refused'}
sources:
  customers:
    path: customers.csv
    kind: attributes
    columns:
      customer_id: {type: string}
      age: {type: integer}
      consent_call: {type: integer}
      consent_push: {type: integer}
  contacts:
    path: contacts.csv
    kind: events
    event_time: day
    available_after: 1d
    columns:
      customer_id: {type: string}
      day: {type: date}
      offer: {type: string}
      channel: {type: string}
      answer: {type: string}
  arrears:
    path: arrears.csv
    kind: events
    event_time: day
    available_after: 1d
    columns: {customer_id: {type: string}, day: {type: date}, days_past_due: {type: integer}}
"""
FEATURES = """\
subject: attributes
source: customers
features:
  age: {agg: value, of: age}
  consent_call: {agg: value, of: consent_call}
  consent_push: {agg: value, of: consent_push}
"""
PIPELINE = """\
kind: propensity
population: {as_of: monthly, from: 2026-01-31}
target: {source: arrears, outcome: 30d}
"""

days = st.integers(0, 120).map(lambda back: AS_OF - timedelta(days=back))
offers, channels = st.sampled_from(OFFERS), st.sampled_from(CHANNELS)
some = st.lists(offers, min_size=1, max_size=2, unique=True)


@st.composite
def rules(draw):
    """A policy: a few stanzas of any kind."""
    span, limit = st.integers(1, 100), st.integers(1, 3)
    late = {"source": st.just("arrears"), "where": st.just("days_past_due > 30")}
    kinds = {
        "young": st.just({"where": "age < 30"}),
        "arrears": st.fixed_dictionaries(late, optional={"within": span}),
        "cap": st.fixed_dictionaries(
            {"most": limit, "within": span}, optional={"channel": channels, "offer": offers}
        ),
        "pause": st.fixed_dictionaries(
            {"pause": span, "after": st.just("refused")}, optional={"offers": some}
        ),
        "apart": st.fixed_dictionaries({"offer": offers, "apart": span, "from": offers}),
        "never": st.fixed_dictionaries({"never": st.lists(offers, min_size=2, max_size=3, unique=True)}),
        "risk": st.fixed_dictionaries(
            {"pipeline": st.just("risk"), "above": st.sampled_from([0.2, 0.5])},
            optional={"counts": st.just(0.5), "offers": some},
        ),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), max_size=5))
    return [{"rule": f"r{place}", **draw(kinds[kind])} for place, kind in enumerate(chosen)]


@st.composite
def worlds(draw):
    """Customers, what the bank did to them, what we did, and whom the models scored."""
    names = [f"c{number}" for number in range(draw(st.integers(3, 9)))]
    who = st.sampled_from(names)
    contact = st.fixed_dictionaries(
        {"customer": who, "day": days, "offer": offers, "channel": channels, "refused": st.booleans()}
    )
    own = st.fixed_dictionaries(
        {"customer": who, "day": days, "offer": offers, "channel": channels,
         "cell": st.sampled_from(["model", "explore", "control"])}
    )  # fmt: skip
    late = st.fixed_dictionaries(
        {"customer": who, "day": days, "days_past_due": st.sampled_from([5, 31, 90])}
    )
    consent = st.sampled_from([1, 1, 1, 0, None])
    people = [
        {"customer": name, "age": draw(st.sampled_from([None, 20, 40])), "consent_call": draw(consent),
         "consent_push": draw(consent)}
        for name in names
    ]  # fmt: skip
    chance = {offer: draw(st.lists(who, min_size=1, unique=True)) for offer in OFFERS}
    return {
        "people": people,
        "history": draw(st.lists(contact, max_size=25)),
        "own": [{**one, "until": one["day"] + timedelta(days=30)} for one in draw(st.lists(own, max_size=8))],
        "arrears": draw(st.lists(late, max_size=6)),
        "chance": chance,
        "risk": {name: draw(st.sampled_from([0.1, 0.3, 0.7])) for name in draw(st.lists(who, unique=True))},
    }


def written(root: Path, policy: list[dict], world: dict) -> None:
    """The world as a workspace."""
    (root / "leadlift.yaml").write_text(WORKSPACE)
    for folder in ("feature_defs", "pipelines/campaigns"):
        (root / folder).mkdir(parents=True)
    (root / "feature_defs/a.yaml").write_text(FEATURES)
    for name in (*OFFERS, "risk"):
        (root / f"pipelines/{name}.yaml").write_text(f"pipeline: {name}\n{PIPELINE}")
    (root / "pipelines/campaigns/c.yaml").write_text(yaml.safe_dump(campaign_of(policy), sort_keys=False))
    people = pd.DataFrame(world["people"]).rename(columns={"customer": "customer_id"})
    people.astype(dict.fromkeys(("age", "consent_call", "consent_push"), "Int64")).to_csv(
        root / "customers.csv", index=False
    )
    table(world["history"], ["customer", "day", "offer", "channel", "refused"]).assign(
        answer=lambda t: np.where(t.pop("refused").astype(bool), "refused", "maybe")
    ).to_csv(root / "contacts.csv", index=False)
    table(world["arrears"], ["customer", "day", "days_past_due"]).to_csv(root / "arrears.csv", index=False)
    for name, told in {
        **{o: dict.fromkeys(c, 0.4) for o, c in world["chance"].items()},
        "risk": world["risk"],
    }.items():
        scores(root / "scores" / name, told)
    for number, one in enumerate(world["own"]):
        own_list(root / "leads" / f"other{number}" / one["day"].isoformat(), one)


def table(rows: list[dict], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).rename(columns={"customer": "customer_id"})


def campaign_of(policy: list[dict]) -> dict:
    """The campaign as it stands in its file."""
    in_words = [
        {key: f"{value}d" if key in ("within", "pause", "apart") else value for key, value in rule.items()}
        for rule in policy
    ]
    return {
        "campaign": "c",
        "offers": {name: {"label": name, "pipeline": name} for name in OFFERS},
        "channels": {name: {"consent": f"consent_{name} = 1"} for name in CHANNELS},
        "policy": in_words,
    }


def scores(folder: Path, told: dict[str, float]) -> None:
    folder.mkdir(parents=True)
    names = sorted(told)
    values = pa.array([told[name] for name in names], pa.float64())
    columns = {"customer_id": pa.array(names, pa.string()), "probability": values, "score": values}
    pq.write_table(pa.table(columns), folder / "scores.parquet")


def own_list(folder: Path, one: dict) -> None:
    (folder / "kept").mkdir(parents=True)
    columns = {
        "customer_id": [one["customer"]], "offer": [one["offer"]], "channel": [one["channel"]], "cell": [one["cell"]],
        "valid_until": pa.array([one["until"]], pa.date32()),
    }  # fmt: skip
    pq.write_table(pa.table(columns), folder / "kept" / "assignments.parquet")


def board_of(root: Path) -> Board:
    """The campaign's board after its policy."""
    ws = open_workspace(root)
    campaign = ws.campaign("c")
    with opened(ws) as home:
        folders = {name: root / "scores" / name for name in (*OFFERS, "risk")}
        facts = lead_facts(ws, campaign, home, AS_OF, folders, [], SILENT)
    places = [OFFERS.index(offer) for offer, _ in campaign.pairs]
    ones = np.ones(len(campaign.pairs))
    chance = np.column_stack([facts.floats(f"chance_{place}") for place in range(len(OFFERS))]).astype(
        np.float32
    )
    terms = Terms(campaign.pairs, np.array(places), ones, 0 * ones, money=False)
    board = Board(
        facts.table["customer_id"], terms, Rates(chance, np.full_like(chance, np.nan)), by_money=False
    )
    apply_permission(board, campaign, facts.yes, facts.conditions)
    apply_rest(board, campaign, facts.yes, facts.flags, None)
    return board


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(rules(), worlds())
def test_exactly_what_the_rules_allow_is_allowed(tmp_path_factory, policy, world):
    root = tmp_path_factory.mktemp("policy")
    written(root, policy, world)
    board = board_of(root)
    people = {one["customer"]: one for one in world["people"]}
    campaign = {"policy": policy}
    for row, name in enumerate(board.customers.to_pylist()):
        for place, (offer, channel) in enumerate(board.terms.pairs):
            expected = allowed(campaign, people[name], offer, channel, AS_OF, world)
            assert board.allowed[row, place] == expected, (name, offer, channel)
    _no_list_breaks_a_rule(board, policy, people, world)
    _the_waterfall_adds_up(board)


def _no_list_breaks_a_rule(board, policy, people, world):
    tie = np.zeros((len(board.best), len(OFFERS)))
    chosen = choose(board, Room(most=5), tie, 0.2, 0.2, "key", np.zeros(len(board.best), dtype=int))
    names = board.customers.take(pa.array(chosen.rows)).to_pylist()
    assert len(set(names)) == len(names)
    assert chosen.contacted.sum() <= 5
    for name, place in zip(names, chosen.pair, strict=True):
        offer, channel = board.terms.pairs[place]
        assert people[name][f"consent_{channel}"] == 1
        assert not any(broken(rule, people[name], offer, channel, AS_OF, world) for rule in policy)


def _the_waterfall_adds_up(board):
    for before, row in zip(board.rows, board.rows[1:], strict=False):
        assert before.left - row.removed == row.left
        assert np.isclose(before.expected_responders - row.removed_responders, row.expected_responders)
    assert board.rows[-1].left == board.alive.sum()
    told = sum(len(one.gone) for one in board.removed)
    assert told + board.alive.sum() == board.rows[0].left
