"""What values can be read as, and one way of writing for the whole file."""

from __future__ import annotations

import pytest

from leadlift.drafting import Reading, read_file, readings_of


def first(*values: str, name: str = "x") -> tuple[str, str]:
    way = readings_of(values, name)[0]
    return way.type, way.how


@pytest.mark.parametrize(
    ("values", "reading"),
    [
        (("1", "-2", "30"), ("integer", "")),
        (("1.5", "2", ".5", "1e3"), ("number", ".")),
        (("1,5", "2", "1.234,5"), ("number", ",")),
        (("00123", "00456"), ("string", "")),
        (("1234567890123456789", "1"), ("string", "")),
        (("true", "False"), ("boolean", "")),
        (("2026-01-31", "2026-02-01"), ("date", "%Y-%m-%d")),
        (("31.01.2026", "01.02.2026"), ("date", "%d.%m.%Y")),
        (("01/31/2026", "02/01/2026"), ("date", "%m/%d/%Y")),
        (("20260131", "20260201"), ("date", "%Y%m%d")),
        (("2026-01-31 10:15:00", "2026-02-01 00:00:01"), ("timestamp", "%Y-%m-%d %H:%M:%S")),
        (("a", "1"), ("string", "")),
        ((), ("string", "")),
    ],
)
def test_values_are_read_as_what_all_of_them_are(values, reading):
    assert first(*values) == reading


def test_six_digits_are_a_date_only_where_the_name_says_so():
    assert first("930705", "931231", name="date") == ("date", "%y%m%d")
    assert first("930705", "931231", name="amount") == ("integer", "")


def test_a_blank_or_a_question_mark_among_numbers_is_missing_and_not_text():
    assert readings_of(["1.5", "?", ""], "x")[0] == Reading("number", ".", ("?",))
    assert "numbers but for 1 of 6" in readings_of(["1", "2", "3", "4", "5", "lots"], "x")[0].why


def test_a_day_before_the_month_is_said_to_be_a_guess_when_nothing_tells():
    assert "a guess" in readings_of(["01/02/2026", "03/04/2026"], "x")[0].why
    assert readings_of(["01/02/2026", "13/04/2026"], "x")[0].why == ""


def test_the_file_has_the_decimal_sign_of_most_and_the_others_are_text_with_a_reason():
    ways = {name: readings_of(values, name) for name, values in
            {"a": ["1,5"], "b": ["2,25"], "c": ["1.5"], "d": ["7"]}.items()}  # fmt: skip
    found = read_file(ways)
    assert found.decimal == ","
    assert {name: way.type for name, way in found.columns.items()} == {
        "a": "number", "b": "number", "c": "string", "d": "integer",
    }  # fmt: skip
    assert "written otherwise" in found.columns["c"].why


def of_file(**columns: list[str]):
    return read_file({name: readings_of(values, name) for name, values in columns.items()})


@pytest.mark.parametrize(
    "value", ["1,5", "1,2345", "1234,500", "0,125", "1.234,500", "-0,125"], ids=lambda value: value
)
def test_one_value_that_no_thousands_are_written_like_makes_its_comma_a_decimal_comma(value):
    assert of_file(a=[value, "1,234", "950"]).columns["a"] == Reading("number", ",")


def test_commas_that_may_part_thousands_or_decimals_are_text_and_asked_about():
    found = of_file(a=["950", "1,234", "120,500", "87"], b=["-1,234", "NA"], n=["7"])
    assert (found.decimal, found.columns["n"].type) == (".", "integer")
    for name in ("a", "b"):
        assert found.columns[name].type == "string"
        assert "may part thousands or decimals" in found.columns[name].asks
        assert 'decimal: ","' in found.columns[name].asks


def test_commas_beside_decimal_points_are_of_thousands_and_do_not_outvote_them():
    found = of_file(a=["950", "1,234"], b=["1,500", "2,500"], rate=["0.5", "1.5"])
    assert (found.decimal, found.columns["rate"].type) == (".", "number")
    assert found.columns["a"].asks == found.columns["b"].asks
    assert found.columns["a"].asks.startswith("commas part its thousands")


@pytest.mark.parametrize("values", [["1,234,567", "1"], ["1,234.50", "7.5"]], ids=["whole", "with a point"])
def test_commas_that_can_only_part_thousands_are_told_as_that(values):
    assert of_file(a=values).columns["a"].asks.startswith("commas part its thousands")


def test_commas_that_may_be_either_are_decimals_where_another_column_surely_has_them():
    found = of_file(a=["950", "1,234"], b=["1,5", "2"])
    assert (found.decimal, found.columns["a"].type) == (",", "number")
    assert "as in the file's other numbers" in found.columns["a"].why


def test_a_word_that_the_target_holds_is_never_taken_for_missing():
    assert readings_of(["1", "2", "none", "?"], "x", ["sale", "no"])[0] == Reading(
        "integer", na=("?", "none")
    )
    (way,) = readings_of(["1", "2", "none", "?"], "x", ["sale", " none"])
    assert (way.type, way.na) == ("string", ())
    assert way.asks.startswith("'none' would mean missing but the target holds it too")
    assert readings_of(["1", "2", "?"], "x", ["sale", "none"])[0] == Reading("integer", na=("?",))


def test_types_without_signs_of_their_own_have_no_say_in_those_of_the_file():
    found = read_file(
        {"day": [Reading("date")], "at": [Reading("date", "%d.%m.%Y")], "n": [Reading("number", ".")]}
    )
    assert (found.date_format, found.decimal) == ("%d.%m.%Y", ".")
    assert {name: way.type for name, way in found.columns.items()} == {
        "day": "date",
        "at": "date",
        "n": "number",
    }


def test_times_beside_other_dates_name_their_format():
    ways = {"day": readings_of(["31.01.2026"], "day"), "at": readings_of(["2026-01-31 10:00:00"], "at")}
    found = read_file(ways)
    assert (found.date_format, found.timestamp_format) == ("%d.%m.%Y", "%Y-%m-%d %H:%M:%S")


def test_points_that_may_part_thousands_are_decimals_and_asked_about_where_nothing_says_otherwise():
    found = of_file(a=["900", "1.200", "12.500"], n=["7"])
    assert (found.decimal, found.columns["a"].type, found.columns["a"].how) == (".", "number", ".")
    assert "decimals, or thousands?" in found.columns["a"].asks


@pytest.mark.parametrize("first", ["a", "z"])
def test_points_part_thousands_where_another_column_surely_has_decimal_commas(first):
    found = of_file(**{first: ["900", "1.200", "12.500"], "m": ["1.234,50", "3,25"]})
    assert found.decimal == ","
    assert {way.how for way in found.columns.values()} == {","}
    assert "points part its thousands" in found.columns[first].why
    assert found.columns[first].asks == ""


def test_points_are_decimals_and_nothing_is_asked_where_another_column_surely_has_them():
    found = of_file(a=["1.200", "12.500"], b=["0.5"])
    assert (found.columns["a"].how, found.columns["a"].asks) == (".", "")
