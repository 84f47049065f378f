"""Ranks from files are those of a sort in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.models import Sample, placed

SCORE = st.one_of(st.sampled_from([0.0, -0.0, 0.25, 0.5]), st.floats(allow_nan=False))


def ranks(parts: list[np.ndarray], cuts: np.ndarray) -> list[int]:
    with tempfile.TemporaryDirectory() as folder, placed(lambda: parts, cuts, Path(folder)) as places:
        return [int(place) for part in parts for place in places(part)]


def sorted_in_memory(parts: list[np.ndarray]) -> list[int]:
    scores = [float(score) for part in parts for score in part]
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    place = {row: position + 1 for position, row in enumerate(order)}
    return [place[row] for row in range(len(scores))]


@given(
    st.lists(st.lists(SCORE, max_size=30).map(np.array), max_size=4),
    st.lists(SCORE, max_size=6).map(lambda cuts: np.unique(np.array(cuts, dtype=float))),
)
def test_any_cuts_give_the_ranks_of_a_stable_sort(parts, cuts):
    parts = [part.astype(float) for part in parts]
    assert ranks(parts, cuts) == sorted_in_memory(parts)


@pytest.mark.parametrize("levels", [1, 7, 100_000])
def test_cuts_of_a_sample_part_many_scores_whatever_their_ties(levels):
    rng = np.random.default_rng(2)
    parts = [rng.integers(0, levels, n) / levels for n in (3_000, 1, 5_000)]
    sample = Sample()
    for part in parts:
        sample.see(part)
    cuts = sample.cuts(drawer=500)
    assert 1 <= len(cuts) <= 16
    assert ranks(parts, cuts) == sorted_in_memory(parts)


def test_a_sample_is_every_sixty_fourth_score_however_they_come():
    scores = np.arange(1_000.0)
    sample = Sample()
    for part in np.split(scores, [1, 2, 66, 700]):
        sample.see(part)
    # what lies above the last cut needs no cut of its own
    assert sample.cuts(drawer=1).tolist() == scores[::64][:-1].tolist()


def test_nan_has_no_rank_and_no_file_is_left(tmp_path):
    with (
        pytest.raises(ValueError, match="NaN"),
        placed(lambda: [np.array([0.5, np.nan])], np.empty(0), tmp_path),
    ):
        pass
    with placed(lambda: [np.array([0.5, 0.7])], np.empty(0), tmp_path) as places:
        assert places(np.array([0.5, 0.7])).tolist() == [2, 1]
    assert list(tmp_path.iterdir()) == []
