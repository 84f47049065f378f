"""The page of limits says what the file of limits says."""

from __future__ import annotations

from leadlift.evaluation import limits
from leadlift.specs.gates import Gates
from leadlift.training.gates import WORDS

from .pages import table_rows, text_of

ABOVE = ("coin", "qini", "crossfitted_qini", "gini")


def mark(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def test_the_limits_shown_are_those_of_the_file():
    rows = {row[0].strip("`"): row[1:5] for row in table_rows(text_of("docs/promotion.md"), 6)[0:]}
    rows.pop("gate", None)
    told = {
        name: [
            ("above " if name in ABOVE else "") + mark(one.minimum),
            *map(mark, (one.good, one.suspicious, one.too_good)),
        ]
        for name, one in limits().items()
    }
    assert rows == told


def test_every_key_of_gates_is_named_and_every_measured_gate_has_limits():
    named = {
        key.strip("`") for row in table_rows(text_of("docs/promotion.md"), 6) for key in row[5].split(", ")
    }
    assert set(Gates.model_fields) <= named
    assert set(WORDS) <= set(limits())
