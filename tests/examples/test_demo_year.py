"""What the example of a year says of profits: the best tenth, however often a customer is counted."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from leadlift.cli.console import record
from leadlift.evaluation import Estimate
from leadlift.evaluation.campaign import Effect, Promise
from leadlift.features import chosen
from leadlift.specs import open_workspace
from leadlift.workflows.measured import Measured

SCRIPT = Path(__file__).parents[2] / "examples" / "demo_year.py"


@pytest.fixture(scope="module")
def year() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_year", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_years_specs_are_sound_and_its_models_learn_from_what_is_remembered(year, tmp_path):
    year.lay_out(tmp_path, 12_000)
    year.lay_out_uplift(tmp_path)
    ws = open_workspace(tmp_path)
    for name in (year.PIPELINE, year.UPLIFT):
        learned = {feature.name for feature in chosen(ws.features, ws.pipeline(name)).features}
        assert {
            "bought_when_reached",
            "remembered_answer_rate_730d",
            "remembered_to_other_bank_rate_365d",
        } <= learned
    assert ws.pipeline(year.UPLIFT).treatment.proxy == "deposit_credited"
    assert ws.pipeline(year.PIPELINE).target.last_touch


def test_the_best_tenth_by_a_score_is_what_is_earned(year):
    gain, score = np.arange(20.0), np.arange(20.0)[::-1]
    once = [np.ones(20)]
    assert year._earned(gain, gain, once).tolist() == [19 + 18]
    assert year._earned(gain, score, once).tolist() == [0 + 1]


def test_a_customer_drawn_twice_counts_twice_and_only_as_far_as_there_are_contacts(year):
    gain = np.arange(20.0)
    three_of_the_best = np.ones(20)
    three_of_the_best[19], three_of_the_best[0], three_of_the_best[1] = 3, 0, 0
    assert year._earned(gain, gain, [three_of_the_best]).tolist() == [19 + 19]


def test_intervals_are_of_the_resamples_and_the_number_of_the_customers_themselves(year):
    told = year._told("profit", np.array([50.0, *np.linspace(0, 100, 1_001)]))
    assert told == {"profit": 50.0, "profit low": 2.5, "profit high": 97.5}


def test_the_year_reads_what_measure_says(year, tmp_path, monkeypatch):
    """Of a list of 900, in the words that `leadlift measure --json` gives it."""
    (tmp_path / "leads" / year.CAMPAIGN / "2026-06-30").mkdir(parents=True)
    rise = Estimate(0.02, 0.01, 0.03)
    promised = Promise(900, 90.0, 70.0, 110.0, 93, Estimate(93.0, 93.0, 93.0))
    effect = Effect(900, 100, 0, 0.1, 0.08, rise, rise, rise, None, 0.0, 0.05)
    found = Measured(year.CAMPAIGN, {"l-1": 900}, {}, promised, (), (), None, effect, None, {}, (), None)
    monkeypatch.setattr(year, "said", lambda *_: record(found))
    told = year.measured(tmp_path, date(2026, 12, 31))
    assert told.loc["l-1"].to_dict() == {
        "promised": 90.0, "from": 70.0, "to": 110.0, "responded": 93, "rise": 0.02, "low": 0.01, "high": 0.03,
    }  # fmt: skip
    assert told["responded"].between(told["from"], told["to"]).all()
