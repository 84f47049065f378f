"""Rules of columns: what breaks each is counted exactly, and shown by a value that does."""

from __future__ import annotations

from datetime import date

import pytest

from .conftest import named

HISTORY = {"kind": "attributes", "valid_from": "since", "valid_to": "until"}

# a column, its rule, values that keep it, values that break it, and the two that are shown
CASES = {
    "required": ("n:integer", {"required": True}, ["1", "0"], ["", "NA"], ()),
    "allowed words": ("n:string", {"allowed": ["F", "M"]}, ["F", "M", ""], ["X", "f", "Y"], ("X", "f")),
    "allowed numbers": ("n:integer", {"allowed": [1, 2]}, ["1", "2", ""], ["3"], ("3",)),
    "at least": ("n:integer", {"min": 0}, ["0", "7", ""], ["-1", "-20"], ("-20", "-1")),
    "at least of a decimal": ("n:decimal", {"min": -1.5}, ["-1.50", "0"], ["-1.51"], ("-1.51",)),
    "at most": ("n:number", {"max": 10}, ["10", "-3.5", ""], ["10.5", "100"], ("10.5", "100.0")),
    "at least a day": ("n:date", {"min": date(2020, 2, 1)}, ["2020-02-01", ""], ["2020-01-31"], ("2020-01-31",)),
    "at most a day": (
        "n:timestamp",
        {"max": date(2020, 2, 1)},
        ["2020-02-01 23:59:59", ""],
        ["2020-02-02 00:00:00"],
        ("2020-02-02 00:00:00",),
    ),
    "pattern": ("n:string", {"pattern": "A[0-9]{2}|B"}, ["A01", "B", ""], ["A011", "xB", "Bx"], ("A011", "xB")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_values_that_break_a_rule_are_counted_and_two_of_them_shown(failing, case):
    column, rule, good, bad, shown = CASES[case]
    name = "min" if "min" in rule else "max" if "max" in rule else next(iter(rule))
    header = "id,n\n"
    rows = [f"r{place},{value}\n" for place, value in enumerate([*good, *bad])]
    clean = "".join(rows[: len(good)])
    assert failing(header + clean, f"id:string {column}", rules={"n": rule}) == []
    assert failing(header + "".join(rows), f"id:string {column}", rules={"n": rule}) == [
        (name, len(bad), shown)
    ]


def test_a_pattern_matches_from_end_to_end_even_over_line_ends(failing):
    rules = {"n": {"pattern": "[a-z]+"}}
    assert failing('n\nabc\n"abc\n"\n"abc\nd"\n', "n:string", rules=rules) == [
        ("pattern", 2, ("abc\n", "abc\nd"))
    ]


def test_a_unique_column_holds_no_value_twice_and_null_is_no_value(failing):
    text = "id,n\na,1\na,2\na,3\nb,4\nb,5\nc,6\n,7\n,8\n"
    assert failing(text, "id:string n:integer", rules={"id": {"unique": True}}) == [("unique", 3, ("a", "b"))]


def test_in_a_history_a_customer_stands_once_among_the_rows_that_still_hold(failing):
    columns = "customer_id:string since:date until:date"
    rules = {"customer_id": {"unique": True}}
    moved = "customer_id,since,until\n1,2020-01-01,2021-01-01\n1,2021-01-01,\n2,2020-01-01,\n"
    assert failing(moved, columns, rules=rules, **HISTORY) == []
    assert failing(moved + "2,2022-01-01,\n", columns, rules=rules, **HISTORY) == [("unique", 1, ("2",))]


def test_a_message_says_how_many_of_how_many_what_such_as_and_where(looked):
    text = "id,n\na,5\nb,50\nc,500\n"
    found = looked(text, "id:string n:integer", rules={"n": {"max": 10}, "id": {"unique": True}})
    assert named(found, "max").message == "2 of 3 rows have a 'n' above 10, such as '50' and '500' (id b)"
    assert named(found, "max").path == ("columns", "n", "max")


def test_a_null_breaks_required_and_nothing_else(failing):
    every = {"required": True, "allowed": ["a"], "pattern": "a", "unique": True}
    assert failing("n,m\na,1\n,2\n", "n:string m:integer", rules={"n": every}) == [("required", 1, ())]


def test_every_rule_is_told_in_the_order_of_the_columns_and_also_when_it_holds(looked):
    rules = {"id": {"required": True, "unique": True}, "g": {"allowed": ["F"]}}
    found = looked("id,g\n1,F\n2,F\n", "id:string g:string", rules=rules)
    assert [(one.rule, one.column, one.holds) for one in found.findings] == [
        ("required", "id", True), ("allowed", "g", True), ("unique", "id", True),
    ]  # fmt: skip


def test_an_empty_table_keeps_every_rule_of_its_columns(looked):
    rules = {"n": {"required": True, "unique": True, "min": 0}}
    found = looked("n\n", "n:integer", rules=rules)
    assert found.rows == 0
    assert [one.failing for one in found.findings] == [0, 0, 0]
