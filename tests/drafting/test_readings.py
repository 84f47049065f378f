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


def test_times_beside_other_dates_name_their_format():
    ways = {"day": readings_of(["31.01.2026"], "day"), "at": readings_of(["2026-01-31 10:00:00"], "at")}
    found = read_file(ways)
    assert (found.date_format, found.timestamp_format) == ("%d.%m.%Y", "%Y-%m-%d %H:%M:%S")
