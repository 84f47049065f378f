"""What must hold of the values of a column: required, unique, allowed."""

from __future__ import annotations

import pytest

from leadlift.engines.contracts import broken_rules

from .conftest import source

HISTORY = {"kind": "attributes", "valid_from": "since", "valid_to": "until"}


@pytest.fixture
def broken(engine, tmp_path):
    """The rules of these columns that a text file breaks: (path, message)."""

    def ask(text, columns, rules, **more):
        (tmp_path / "data.csv").write_text(text)
        said = source(columns, **more).model_dump(exclude_none=True)
        for name, rule in rules.items():
            said["columns"][name] |= rule
        declared = source("x:string").model_validate({**said, **more})
        assert engine.open_source("it", declared) == []
        return [(fault.path, fault.message) for fault in broken_rules(engine, "it", declared)]

    return ask


def test_a_source_without_rules_breaks_none(broken):
    assert broken("id\n1\n1\n", "id:string", {}) == []


def test_a_required_column_is_never_null(broken):
    found = broken(
        "id,n\n1,1\n2,\n3,NA\n", "id:string n:integer", {"id": {"required": True}, "n": {"required": True}}
    )
    assert found == [(("columns", "n", "required"), "2 of 3 rows have no 'n', which is required")]


def test_a_unique_column_holds_no_value_twice_and_null_is_no_value(broken):
    found = broken('id,n\n1,1\n1,1\n1,1\n"",1\n"",1\n', "id:string n:integer", {"id": {"unique": True}})
    assert found == [(("columns", "id", "unique"), "2 of 5 rows repeat a 'id', which must be unique")]


def test_in_a_history_a_customer_stands_once_among_the_rows_that_still_hold(broken):
    columns = "customer_id:string since:date until:date"
    rules = {"customer_id": {"unique": True}}
    moved = "customer_id,since,until\n1,2020-01-01,2021-01-01\n1,2021-01-01,\n2,2020-01-01,\n"
    assert broken(moved, columns, rules, **HISTORY) == []
    twice = moved + "2,2022-01-01,\n"
    assert len(broken(twice, columns, rules, **HISTORY)) == 1


def test_allowed_values_are_the_only_ones_and_null_is_allowed(broken):
    found = broken("g\nF\nM\nX\nY\nNA\n", "g:string", {"g": {"allowed": ("F", "M")}})
    assert found == [
        (("columns", "g", "allowed"), "2 of 5 rows have another 'g' than 'F' and 'M', such as 'X'")
    ]


def test_allowed_numbers_are_compared_as_they_are_written(broken):
    assert broken("n\n1\n2\n", "n:integer", {"n": {"allowed": ("1", "2")}}) == []


def test_the_example_of_a_personal_column_is_not_shown(broken):
    found = broken("g\nsecret\n", "g:string", {"g": {"allowed": ("F", "M"), "pii": True}})
    assert found == [(("columns", "g", "allowed"), "1 of 1 rows have another 'g' than 'F' and 'M'")]


def test_every_broken_rule_is_told_in_the_order_of_the_columns(broken):
    rules = {"id": {"required": True, "unique": True}, "g": {"allowed": ("F",)}}
    found = broken("id,g\n1,F\n1,M\n,F\n", "id:string g:string", rules)
    assert [path for path, _ in found] == [
        ("columns", "id", "required"), ("columns", "id", "unique"), ("columns", "g", "allowed"),
    ]  # fmt: skip
