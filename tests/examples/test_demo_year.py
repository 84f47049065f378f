"""What the example of a year says of profits: the best tenth, however often a customer is counted."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from leadlift.features import chosen
from leadlift.specs import open_workspace

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
