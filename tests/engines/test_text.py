"""Delimited text as banks write it: any delimiter, quote, encoding and way of writing numbers and days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

TWO = "id:string amount:number"
CHINESE = "客户,城市\n001,北京\n002,上海\n"
POLISH = "id,miasto\n1,Łódź\n2,Kraków\n"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id,amount\n007,1.5\n", ","),
        ("id;amount\n007;1.5\n", ";"),
        ("id|amount\n007|1.5\n", "|"),
        ("id\tamount\n007\t1.5\n", "tab"),
        ("id   amount\n  007    1.5  \n", "blanks"),
        ("id^amount\n007^1.5\n", "^"),
    ],
)
def test_any_delimiter(read, text, delimiter):
    assert read(text, TWO, csv={"delimiter": delimiter}) == [("007", 1.5)]


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_either_line_ending_with_or_without_a_last_one(read, ends):
    assert read(f"id,amount{ends}1,2{ends}3,4", TWO) == [("1", 2.0), ("3", 4.0)]


def test_quotes_hold_delimiters_doubled_quotes_and_line_breaks(read):
    text = 'id,note\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n'
    assert read(text, "id:string note:string") == [("1", "a, b"), ("2", 'say "hi"'), ("3", "two\nlines")]


def test_another_quote(read):
    assert read("id;note\n1;'a; b'\n", "id:string note:string", csv={"delimiter": ";", "quote": "'"}) == [
        ("1", "a; b")
    ]


def test_no_quote_at_all(read):
    assert read('id,note\n1,5" pipe\n', "id:string note:string", csv={"quote": ""}) == [("1", '5" pipe')]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_in_any_encoding_that_holds_it(read, encoding):
    found = read(CHINESE.encode(encoding), "客户:string 城市:string", csv={"encoding": encoding})
    assert found == [("001", "北京"), ("002", "上海")]


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "utf-8"])
def test_polish_in_any_encoding_that_holds_it(read, encoding):
    found = read(POLISH.encode(encoding), "id:string miasto:string", csv={"encoding": encoding})
    assert found == [("1", "Łódź"), ("2", "Kraków")]


def test_a_byte_order_mark_is_no_part_of_the_first_name(read):
    assert read(b"\xef\xbb\xbfid,amount\n1,2\n", TWO) == [("1", 2.0)]


def test_decimal_commas_and_points_between_thousands(read):
    text = "id;amount\n1;1.234,56\n2;-0,5\n3;1.234.567\n"
    found = read(text, TWO, csv={"delimiter": ";", "decimal": ","})
    assert found == [("1", 1234.56), ("2", -0.5), ("3", 1234567.0)]


def test_decimals_keep_their_digits(read):
    text = "id,amount\n1,0.10\n2,12345678901234.56\n"
    found = read(text, "id:string amount:decimal")
    assert found == [("1", Decimal("0.10")), ("2", Decimal("12345678901234.56"))]


def test_ids_keep_their_leading_zeros_and_blanks_around_numbers_do_no_harm(read):
    assert read("id,amount\n000123, 5 \n", TWO) == [("000123", 5.0)]


@pytest.mark.parametrize(
    ("written", "form", "day"),
    [
        ("2026-03-31", None, date(2026, 3, 31)),
        ("31.03.2026", "%d.%m.%Y", date(2026, 3, 31)),
        ("930107", "%y%m%d", date(1993, 1, 7)),
        ("20260331", "%Y%m%d", date(2026, 3, 31)),
    ],
)
def test_days_in_any_form(read, written, form, day):
    assert read(f"id,d\n1,{written}\n", "id:string d:date", csv={"date_format": form}) == [("1", day)]


def test_times_have_a_form_of_their_own(read):
    found = read("t\n31/03/2026 23:59\n", "t:timestamp", csv={"timestamp_format": "%d/%m/%Y %H:%M"})
    assert found == [(datetime(2026, 3, 31, 23, 59),)]


def test_iso_times_are_read_without_a_form(read):
    assert read("t\n2026-03-31T23:59:01\n2026-03-31\n", "t:timestamp") == [
        (datetime(2026, 3, 31, 23, 59, 1),), (datetime(2026, 3, 31),),
    ]  # fmt: skip


def test_words_for_not_available_are_null(read):
    text = "id,amount\n1,NA\n2,\n3,NULL\n"
    assert read(text, TWO) == [("1", None), ("2", None), ("3", None)]
    assert read("id,amount\n1,?\n2,unknown\n", TWO, csv={"na": ["?", "unknown"]}) == [
        ("1", None),
        ("2", None),
    ]


def test_a_file_without_a_header_is_read_in_the_declared_order(read):
    assert read("1,5\n2,6\n", TWO, csv={"header": False}) == [("1", 5.0), ("2", 6.0)]


def test_columns_are_found_by_name_wherever_they_stand_and_others_are_left(read):
    assert read("extra,amount,id\nx,5,1\n", TWO) == [("1", 5.0)]


def test_a_column_may_be_called_otherwise_in_the_file(engine, tmp_path):
    from .conftest import all_rows, source

    (tmp_path / "data.csv").write_text("emp.var.rate\n1.5\n")
    declared = source("rate:number").model_dump() | {
        "columns": {"rate": {"type": "number", "from": "emp.var.rate"}}
    }
    assert engine.open_source("it", source("x:string").model_validate(declared)) == []
    assert all_rows(engine, "it") == [(1.5,)]


def test_booleans_and_whole_numbers(read):
    text = "b,n\ntrue,1\nFALSE,-20\n,+3\n"
    assert read(text, "b:boolean n:integer") == [(True, 1), (False, -20), (None, 3)]


def test_values_that_do_not_parse_are_counted_with_an_example_and_not_nulled(faults):
    found = faults(
        "id,amount,n,d\n1,x,1.5,2026-02-30\n2,5,2,\n3,y,abc,2026-01-01\n", "amount:number n:integer d:date"
    )
    assert [(fault.path, fault.message) for fault in found] == [
        (("columns", "amount", "type"), "2 values of 'amount' cannot be read as number, such as 'x'"),
        (("columns", "n", "type"), "2 values of 'n' cannot be read as integer, such as '1.5'"),
        (("columns", "d", "type"), "1 value of 'd' cannot be read as date, such as '2026-02-30'"),
    ]


def test_the_example_of_a_personal_column_is_not_shown(engine, tmp_path):
    from .conftest import source

    (tmp_path / "data.csv").write_text("born\n31.12.1980\n")
    declared = source("born:date").model_dump() | {"columns": {"born": {"type": "date", "pii": True}}}
    (fault,) = engine.open_source("it", source("x:string").model_validate(declared))
    assert fault.message == "1 value of 'born' cannot be read as date"


def test_a_wrong_encoding_is_told_rather_than_garbled(faults):
    (fault,) = faults("id,city\n1,北京\n".encode("gb18030"), "id:string city:string")
    assert fault.path == ("csv", "encoding")
    assert fault.message == "'data.csv' is not utf-8 text; name its encoding, such as gb18030 or cp1250"


def test_a_wrong_byte_deep_in_a_file_is_told_too(faults):
    (fault,) = faults(b"id,city\n" + b"1,Berlin\n" * 5000 + b"2,K\xf6ln\n", "id:string city:string")
    assert fault.path == ("csv", "encoding")


def test_a_wrong_encoding_that_python_decodes_is_told_too(faults):
    (fault,) = faults(b"id,city\n1,\xff\xff\n", "id:string city:string", csv={"encoding": "gb18030"})
    assert fault.path == ("csv", "encoding")
    assert fault.message.startswith("'data.csv' is not gb18030 text")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("1,2\n1,2,3\n", "line 3 has 3 fields, not 2"),
        ("1\n", "line 2 has 1 field, not 2"),
        ('1,"2\n3,4\n', "line 2: a quote is left open"),
    ],
)
def test_a_line_that_does_not_fit_is_told_by_its_number_alone(faults, lines, told):
    (fault,) = faults("id,amount\n" + lines, TWO)
    assert (fault.path, fault.message) == (("path",), f"'data.csv' cannot be read: {told}")


def test_a_declared_column_may_stand_once_and_others_as_often_as_they_like(read, faults):
    (fault,) = faults("id,amount,amount\n1,2,3\n", TWO)
    assert (fault.path, fault.message) == (
        ("columns", "amount"),
        "column 'amount' stands twice in 'data.csv'",
    )
    assert read("x,id,x,,amount,X\na,1,b,c,2,d\n", TWO) == [("1", 2.0)]


def test_columns_whose_names_differ_in_case_alone_are_both_read(engine, tmp_path):
    from .conftest import all_rows, source

    (tmp_path / "data.csv").write_text("Age,age,AGE\n40,4,x\n")
    columns = {"years": {"type": "integer", "from": "Age"}, "band": {"type": "integer", "from": "age"}}
    declared = source("x:string").model_dump() | {"columns": columns}
    assert engine.open_source("it", source("x:string").model_validate(declared)) == []
    assert all_rows(engine, "it") == [(40, 4)]


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("inside", ["\n", "\r\n"], ids=["LF inside", "CRLF inside"])
def test_a_name_in_quotes_may_hold_a_line_break(engine, tmp_path, ends, inside):
    from .conftest import all_rows, source

    (tmp_path / "data.csv").write_bytes(f'id,"Annual{inside}income"{ends}1,2{ends}3,4{ends}'.encode())
    columns = {"id": {"type": "string"}, "income": {"type": "number", "from": f"Annual{inside}income"}}
    declared = source("x:string").model_dump() | {"columns": columns}
    assert engine.open_source("it", source("x:string").model_validate(declared)) == []
    assert all_rows(engine, "it") == [("1", 2.0), ("3", 4.0)]


def test_a_quote_left_open_among_the_names_is_told(faults):
    (fault,) = faults('id,"amount\n1,2\n' + "3,4\n" * 50_000, TWO)
    assert (fault.path, fault.message) == (
        ("path",),
        "'data.csv' cannot be read: line 1: a quote is left open",
    )


def test_an_empty_file_has_no_columns(faults):
    found = faults("", TWO)
    assert [fault.message for fault in found] == [
        "no column 'id' in 'data.csv'.",
        "no column 'amount' in 'data.csv'.",
    ]


def test_a_header_alone_is_an_empty_table(read):
    assert read("id,amount\n", TWO) == []


def test_a_missing_column_names_the_nearest(faults):
    (fault,) = faults("id,amout\n1,2\n", TWO)
    assert (fault.path, fault.message) == (
        ("columns", "amount"), "no column 'amount' in 'data.csv'. Did you mean 'amout'?",
    )  # fmt: skip
