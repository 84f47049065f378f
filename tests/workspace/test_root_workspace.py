"""The reference workspace at the repository's root: sound, complete, and alive on a small simulated bank."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from string import Formatter

import pyarrow as pa
import pytest

from leadlift.contracts import broken, judge, last_day, look
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import Home, chosen, define_dates, feature_query, keep_spine, open_sources
from leadlift.features import population as people
from leadlift.features.calendar import month_later
from leadlift.simulate import BankPlan, simulate
from leadlift.specs import FeatureDef, Workspace, open_workspace

ROOT = Path(__file__).parents[2]
SUBJECTS = {"attributes", "behaviour", "value", "needs", "loyalty", "risk"}
BLANKS = {"value", "unit", "typical", "label", "window"}
SPECS = ("leadlift.yaml", "feature_defs", "pipelines")


@pytest.fixture(scope="module")
def ws() -> Workspace:
    return open_workspace(ROOT)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Home]]:
    """The root's specs over a bank of 600 customers, in a folder of its own."""
    root = tmp_path_factory.mktemp("bank")
    for name in SPECS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    simulate(BankPlan(customers=600, months=13, end=date(2026, 6, 30), seed=7), root / "data")
    workspace = open_workspace(root)
    engine = DuckDbEngine(root, root / ".leadlift/cache", workspace.file.timezone)
    home, faults = open_sources(
        engine, root / ".leadlift/cache", workspace.sources, workspace.file.customer_key
    )
    assert faults == []
    yield workspace, home
    engine.close()


@pytest.fixture(scope="module")
def features(ws: Workspace) -> dict[str, FeatureDef]:
    """Those of feature_defs/, without what segmentations give."""
    return {name: one for name, one in ws.features.items() if one.segment is None}


def sentences(feature: FeatureDef) -> list[str]:
    return [
        sentence for sentence in (feature.spec.reason_up, feature.spec.reason_down) if sentence is not None
    ]


def test_there_are_between_150_and_220_features_on_all_six_subjects(features):
    assert 150 <= len(features) <= 220
    assert {feature.subject for feature in features.values()} == SUBJECTS


def test_every_feature_has_a_label_a_unit_and_its_sentences(features):
    for name, feature in features.items():
        assert feature.spec.label, name
        assert feature.spec.unit, name
        assert len(sentences(feature)) == (1 if feature.is_text else 2), name
        assert "{" not in feature.label, name


def test_every_sentence_tells_the_value_and_holds_no_unknown_blank(features):
    for name, feature in features.items():
        for sentence in sentences(feature):
            blanks = {blank for _, blank, _, _ in Formatter().parse(sentence) if blank is not None}
            assert "value" in blanks, name
            assert blanks <= (BLANKS if feature.window else BLANKS - {"window"}), name


def test_no_personal_or_protected_column_reaches_a_feature(ws: Workspace):
    assert {name: f.hidden for name, f in ws.features.items() if f.hidden is not None} == {}
    used = {column for f in ws.features.values() if f.source == "customers" for column in f.uses}
    assert used & {"name", "gender"} == set()
    from_birth = {name for name, f in ws.features.items() if "birth_date" in f.uses}
    assert from_birth == {"age", "life_stage"}  # a number of years and one of six words


def test_no_sentence_or_label_speaks_of_name_birth_or_gender(ws: Workspace):
    for feature in ws.features.values():
        for text in (*sentences(feature), feature.label):
            words = set(text.lower().replace("'", " ").split())
            assert words & {"name", "birth", "birthday", "gender", "sex", "man", "woman"} == set(), text


def test_no_feature_of_transactions_looks_back_more_than_180_days(ws: Workspace):
    windows = [f.window for f in ws.features.values() if f.source == "transactions"]
    assert max(window or 99_999 for window in windows) <= 180


def test_no_model_learns_from_consent_or_the_home_branch(ws: Workspace):
    for pipeline in ws.pipelines.values():
        names = {feature.name for feature in chosen(ws.features, pipeline).features}
        assert len(names) >= 150
        assert not any(name.startswith("consent_") or name == "home_branch" for name in names)


def test_the_monthly_pipelines_share_their_as_of_dates(ws: Workspace):
    monthly = [p for p in ws.pipelines.values() if p.population.as_of is not None]
    assert len(monthly) >= 6
    assert len({(p.population.as_of, p.population.from_, p.population.to) for p in monthly}) == 1
    assert len({(p.target.gap, p.target.outcome) for p in monthly}) == 1


def test_the_outcome_of_churn_holds_exactly_the_next_three_month_ends(ws: Workspace):
    churn = ws.pipeline("customer_churn")
    for month in range(48):
        as_of = month_later(date(2024, 1, 31), month)
        first = as_of + timedelta(churn.target.gap)
        inside = [
            ahead
            for ahead in range(6)
            if first <= month_later(as_of, ahead) < first + timedelta(churn.target.outcome or 0)
        ]
        assert inside == [1, 2, 3], as_of


def test_every_campaign_asks_for_consent_on_its_own_channel(ws: Workspace):
    for campaign in ws.campaigns.values():
        for name, channel in campaign.channels.items():
            assert channel.consent == f"consent_{name} = 1", campaign.campaign


def test_the_simulated_bank_keeps_every_rule_of_leadlift_yaml(bank: tuple[Workspace, Home]):
    workspace, home = bank
    key = workspace.file.customer_key
    seen = [
        look(home.engine, name, source, workspace.sources, key) for name, source in workspace.sources.items()
    ]
    day = last_day(seen)
    assert day == date(2026, 6, 30)
    assert broken(judge(one, day, asked=False) for one in seen) == []


def test_every_feature_is_known_of_somebody(bank: tuple[Workspace, Home]):
    table = built(bank, date(2026, 6, 30))
    assert table.num_rows > 500
    assert [name for name in table.column_names if table[name].null_count == table.num_rows] == []


def test_every_feature_tells_some_customers_from_others(bank: tuple[Workspace, Home]):
    table = built(bank, date(2026, 6, 30))
    same = [name for name in table.column_names if len(table[name].unique()) < 2]
    assert same == ["as_of"]


def built(bank: tuple[Workspace, Home], day: date) -> pa.Table:
    """Every feature of everyone as of a day."""
    workspace, home = bank
    told = define_dates(home, [day])
    everyone = people.everyone("customers", workspace.sources["customers"], workspace.file.customer_key)
    spine = keep_spine(home, everyone, [told, *home.prints("customers")])
    query, _ = feature_query(home, workspace.features, list(workspace.features), spine)
    return home.engine.table(query)
