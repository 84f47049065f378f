"""Whether a champion may have learned from the cases that it is held against another model on."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from leadlift.specs import Split
from leadlift.workflows.outsider import may_have_seen

LOGGED = {"split.seed": "1", "split.random": "0.2"}


def asked(params, split, test_from=None):
    run = SimpleNamespace(params=params, tags={"leadlift.data": "abc"})
    cases = SimpleNamespace(parts=SimpleNamespace(test_from=test_from))
    return may_have_seen(run, SimpleNamespace(split=split), SimpleNamespace(key="abc"), cases, split.seed)


@pytest.mark.parametrize(
    ("split", "seen"),
    [
        (Split(random=0.2), False),
        (Split(random=0.3), True),
        (Split(out_of_time=0.2), True),
        (Split(random=0.2, seed=2), True),
    ],
)
def test_without_days_the_same_data_seed_and_share_give_the_same_test(split, seen):
    assert asked(LOGGED, split) is seen


def test_with_days_it_matters_until_when_it_learned():
    split, first = Split(out_of_time=0.2), date(2026, 1, 31)
    assert asked({"learned_until": "2025-12-31"}, split, first) is False
    assert asked({"learned_until": "2026-01-31"}, split, first) is True
    assert asked({}, split, first) is True
