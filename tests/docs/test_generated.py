"""Pages that follow from the code do follow from it."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from leadlift.features.aggregates import empty_value
from leadlift.specs.features import AGGREGATIONS, AGGS_OF_KIND, WITHOUT_OF
from leadlift.specs.sql import FUNCTIONS
from leadlift.training.audit import audit_limits
from leadlift.tuning.space import SPACE

from .pages import ROOT, table_rows, text_of


@pytest.fixture(scope="module")
def build() -> ModuleType:
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        return importlib.import_module("build")
    finally:
        sys.path.pop(0)


def test_generated_pages_are_up_to_date(build):
    stale = [name for name, text in build.pages().items() if text != text_of(f"docs/{name}")]
    assert stale == [], "run `make docs`"


def test_every_key_of_every_spec_file_says_what_it_means(build):
    silent = [row[0] for row in table_rows(build.specs_page(), columns=4) if not row[3]]
    assert silent == []


def test_words_on_keys_speak_of_keys_that_have_none_of_their_own(build):
    known = {
        (model, field.alias or name): field.description
        for _, file, _ in build.FILES
        for model in (file, *build.STANZAS[file])
        for name, field in model.model_fields.items()
    }
    strange = [key for model, key in build.MISSING if (model, key) not in known or known[model, key]]
    assert strange == []


def test_the_page_of_aggregations_has_a_row_for_each_with_its_kinds():
    told = {row[0].strip("`"): row[3].split(", ") for row in table_rows(text_of("docs/aggregations.md"), 4)}
    assert told == {agg: [kind for kind, aggs in AGGS_OF_KIND.items() if agg in aggs] for agg in AGGREGATIONS}


@pytest.mark.parametrize("agg", AGGREGATIONS)
def test_the_page_of_aggregations_says_what_nothing_gives(agg, feature_with):
    row = next(r for r in table_rows(text_of("docs/aggregations.md"), 4) if r[0] == f"`{agg}`")
    assert row[2] == ("unknown" if empty_value(feature_with(agg)) is None else "0")
    assert ("takes no `of`" in row[1]) == (agg in WITHOUT_OF)


@pytest.fixture
def feature_with():
    """A minimal feature with an aggregation, as `empty_value` reads it."""
    from leadlift.specs import FeatureDef
    from leadlift.specs.features import MONTH_AGGS, Feature

    def made(agg: str) -> FeatureDef:
        of = {} if agg in WITHOUT_OF else {"of": "amount"}
        months = {"months": 1} if agg in MONTH_AGGS else {}
        return FeatureDef(
            name="x", stanza="x", subject="value", source="s", spec=Feature(agg=agg, **of, **months),
            of=None, where=None, expr=None, window=None, type="number", hidden=None, uses=(), label="x",
            unit="", file="f.yaml", line=1,
        )  # fmt: skip

    return made


def test_the_page_of_functions_lists_exactly_those_allowed():
    rows = table_rows(text_of("docs/functions.md"), 2)
    told = [row[0].strip("`").partition("(")[0] for row in rows if "(" in row[0]]
    assert told == list(FUNCTIONS)


def test_the_page_of_the_audit_has_the_limits_that_are_applied():
    def shown(limit: float | None, sample: str) -> bool:
        return sample == "-" if limit is None else float(sample) == limit

    rows = {row[0].strip("`"): row[2:] for row in table_rows(text_of("docs/audit.md"), 6)}
    limits = audit_limits()
    assert set(rows) == set(limits)
    for kind, limit in limits.items():
        *severities, fewest = rows[kind]
        assert all(map(shown, (limit.note, limit.warn, limit.error), severities)), kind
        assert int(fewest) == limit.fewest


def test_the_page_of_tuning_has_the_ranges_that_are_searched():
    def number(cell: str) -> float:
        return float(cell.partition(", ")[0].replace(",", ""))

    rows = {row[0].strip("`"): row[1:3] for row in table_rows(text_of("docs/tuning.md"), 4)}
    told = {name: tuple(map(number, ends)) for name, ends in rows.items()}
    assert told == {name: (found.low, found.high) for name, found in SPACE.items()}
