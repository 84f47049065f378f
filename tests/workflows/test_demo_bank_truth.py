"""On the demo bank the true chances are known: models must come near them out of time.

The full size, all five pipelines at 20,000 customers, is benchmarks/truth.py; here two of them at 6,000.
"""

from __future__ import annotations

import runpy
from math import sqrt
from pathlib import Path

import pytest

TRUTH = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "truth.py"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    ws = TRUTH["make_bank"](tmp_path_factory.mktemp("demo"), customers=6_000, months=20)
    return list(TRUTH["measured"](ws, ["term_deposit_response", "customer_churn"]))


def test_models_rank_within_0_05_auc_of_the_true_chances_on_the_same_cases(lines):
    # both AUCs are of the same cases, so their luck is mostly shared: with 250 responders the difference is uncertain
    # by 0.01. Measured at this size: 0.03
    for line in lines:
        assert line.responders > 200, line
        assert line.unknown < 0.1 * line.cases, line
        assert line.truth > 0.8, line
        assert -0.01 <= line.gap <= 0.05, line


def test_predicted_responders_are_within_a_tenth_of_those_that_came_but_for_luck(lines):
    # n responders come with a standard error of sqrt(n): three of them on top of the tenth
    for line in lines:
        assert abs(line.ratio - 1) <= 0.10 + 3 / sqrt(line.responders), line
