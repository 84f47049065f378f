"""The lead table and its files: one row per customer, safe to open, and nothing lost on the way."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date
from pathlib import Path
from string import Formatter

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.leads import MEANING, WORDS, lead_table, list_name, treatment_code, write_leads, write_rows
from leadlift.leads.files import harmless, in_lines
from leadlift.models.doubt import METHODS
from leadlift.names import CODE_LENGTH, CODE_LETTERS
from leadlift.specs.exports import Export

CUSTOMERS = ["00000042", "0007", "1e5", "c-3"]
REASONS = [
    ("存款将于三十天内到期", '=HYPERLINK("http://x","y")'),
    ("+1 more than usual",),
    ("lives in Chengdu, 成都", "@home", "-3 visits"),
    (),
]


def leads(customers: list[str] | None = None) -> pa.Table:
    who = customers or CUSTOMERS
    rows = len(who)
    chosen = pa.table(
        {
            "customer_id": pa.array(who, pa.string()),
            "probability": [0.5 - 0.01 * place for place in range(rows)],
            "percentile": pa.array([99] * rows, pa.int8()),
            "band": ["A"] * rows,
            "offer": ["定期存款"] * rows,
            "channel": ["call"] * rows,
            "treatment_code": ["T1ZZRS63XZ"] * rows,
            "model_version": ["bank.deposit v3"] * rows,
        }
    )
    shown = {"branch": pa.chunked_array([["=1+1", "007", None, "Nord"][:rows]])}
    return lead_table(chosen, REASONS[:rows], shown, date(2026, 6, 30), date(2026, 7, 30), "summer-1")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_leads(tmp_path, leads(), Export(), WORDS["en"], [("list_id", "summer-1"), ("offer", "=1+1")])
    return tmp_path


def test_ranks_are_1_to_n_in_the_order_given():
    table = leads()
    assert table["rank"].to_pylist() == [1, 2, 3, 4]
    assert table["customer_id"].to_pylist() == CUSTOMERS


def test_missing_reasons_are_empty_not_invented():
    table = leads()
    assert table["reason_3"].to_pylist() == [None, None, "-3 visits", None]


def test_the_id_of_a_list_changes_with_its_rows_and_their_order():
    day = date(2026, 6, 30)
    ids = [list_name("summer", day, rows) for rows in (CUSTOMERS, CUSTOMERS[:3], CUSTOMERS[::-1])]
    assert len(set(ids)) == 3
    assert all(one.startswith("summer-20260630-") for one in ids)
    assert list_name("summer", day, CUSTOMERS) == ids[0]


def test_a_treatment_code_is_that_of_list_offer_channel_and_cell_for_ever():
    told = ("summer-20260630-1234abcd", "deposit", "call", "model")
    code = treatment_code(*told)
    assert code == treatment_code(*told) == "K230GJYXK7"
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    others = [(*told[:place], "other", *told[place + 1 :]) for place in range(4)]
    assert len({code, *(treatment_code(*one) for one in others)}) == 5


def test_every_row_names_the_list_the_model_and_until_when_it_holds():
    table = leads()
    assert set(table["list_id"].to_pylist()) == {"summer-1"}
    assert set(table["model_version"].to_pylist()) == {"bank.deposit v3"}
    assert set(table["valid_until"].to_pylist()) == {date(2026, 7, 30)}


def test_every_column_of_ours_has_a_meaning():
    assert [name for name in leads().column_names if name not in MEANING] == ["branch"]


# what OWASP names as the beginnings of a formula (CSV injection, ASVS 5.0), and their full-width forms
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("start", STARTS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    assert harmless(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@given(st.text())
def test_harmless_text_never_begins_like_a_formula_and_loses_nothing(text):
    safe = harmless(text)
    assert not safe.startswith(STARTS)
    assert safe in (text, f"'{text}")


def test_the_csv_is_utf_8_with_its_mark_and_keeps_chinese_and_leading_zeros(written):
    assert (written / "leads.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (written / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["customer_id"] for row in rows] == CUSTOMERS
    assert rows[0]["offer"] == "定期存款"
    assert rows[0]["reason_1"] == "存款将于三十天内到期"
    assert rows[2]["reason_1"] == "lives in Chengdu, 成都"


def test_pandas_reads_the_csv_as_it_was_written(written):
    read = pd.read_csv(written / "leads.csv", dtype=str, encoding="utf-8-sig")
    assert read["customer_id"].tolist() == CUSTOMERS
    assert read["branch"].tolist()[:2] == ["'=1+1", "007"]
    assert read["rank"].tolist() == ["1", "2", "3", "4"]


def test_no_cell_of_the_csv_begins_like_a_formula(written):
    with (written / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell.startswith(STARTS)] == []


def test_the_parquet_is_the_very_table(written):
    assert pq.read_table(written / "leads.parquet").equals(leads())


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(written):
    book = openpyxl.load_workbook(written / "leads.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert book["Leads"]["I2"].value == '=HYPERLINK("http://x","y")'  # as text: shown, never run


def test_the_workbook_keeps_ids_as_text_and_numbers_as_numbers(written):
    sheet = openpyxl.load_workbook(written / "leads.xlsx")["Leads"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [row["customer_id"] for row in rows] == CUSTOMERS
    assert rows[0]["probability"] == 0.5
    assert rows[0]["as_of"].date() == date(2026, 6, 30)
    assert rows[0]["offer"] == "定期存款"


def test_the_workbook_explains_itself(written):
    book = openpyxl.load_workbook(written / "leads.xlsx")
    assert book.sheetnames == ["Leads", "Summary", "README"]
    assert book["Summary"]["B3"].value == "=1+1"
    explained = {row[0].value for row in book["README"].iter_rows(min_row=2)}
    assert explained == set(leads().column_names)


def test_only_the_formats_asked_for_are_written(tmp_path):
    files = write_leads(
        tmp_path, leads(), Export(formats=("csv",), encoding="utf-8", delimiter=";"), WORDS["en"], []
    )
    assert files == [tmp_path / "leads.csv"] == list(tmp_path.iterdir())
    assert (tmp_path / "leads.csv").read_text("utf-8").splitlines()[0].startswith("rank;customer_id;offer")


def test_a_small_table_is_written_with_the_names_of_its_first_row(tmp_path):
    path = write_rows(tmp_path / "w.csv", [{"rule": "consent", "removed": 3}, {"rule": "size", "removed": 1}])
    assert path.read_text("utf-8").splitlines() == ["rule,removed", "consent,3", "size,1"]


def test_both_languages_speak_of_every_column_and_of_every_fact():
    assert set(WORDS["zh"].meaning) == set(WORDS["en"].meaning) == set(MEANING)
    assert set(WORDS["zh"].headers) == set(MEANING)
    assert len(set(WORDS["zh"].headers.values())) == len(MEANING)
    assert set(WORDS["zh"].facts) >= set(WORDS["en"].facts)
    for chinese, english in ((WORDS["zh"].sentences, WORDS["en"].sentences), (METHODS["zh"], METHODS["en"])):
        assert set(chinese) >= set(english)
        for name, text in english.items():
            assert blanks(chinese[name]) == blanks(text)


def blanks(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_a_fact_that_takes_several_lines_has_the_room_of_several_lines(tmp_path):
    facts = [
        ("leads", 4),
        ("expected_responders_method", "x" * 200),
        ("power_by_band", [{"band": "A"}, {"band": "B"}]),
    ]
    write_leads(tmp_path, leads(), Export(), WORDS["zh"], facts)
    sheet = openpyxl.load_workbook(tmp_path / "leads.xlsx")["概要"]
    heights = [sheet.row_dimensions[row].height or 15.0 for row in (2, 3, 4)]  # the usual one is not written
    assert heights[1] >= 3 * heights[0]
    assert heights[2] >= 2 * heights[0]
    assert sheet["B4"].value == "等级 A\n等级 B"


def test_facts_of_an_english_list_have_names_that_people_read(tmp_path):
    facts = [
        ("expected_responders_low", 3.0),
        ("power_by_band", [{"band": "A", "control": 4, "detectable": None}]),
    ]
    write_leads(tmp_path, leads(), Export(), WORDS["en"], facts)
    sheet = openpyxl.load_workbook(tmp_path / "leads.xlsx")["Summary"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["At least (95 %)", "The same by band"]
    assert sheet["B3"].value == "band A, in control 4, rise that is found -"


def test_a_chinese_list_has_chinese_headers_sheets_and_facts_and_parquet_keeps_its_names(tmp_path):
    write_leads(tmp_path, leads(), Export(), WORDS["zh"], [("list_id", "summer-1"), ("leads", 4)])
    with (tmp_path / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["客户号"] for row in rows] == CUSTOMERS
    assert rows[0]["原因一"] == "存款将于三十天内到期"
    assert rows[0]["branch"] == "'=1+1"
    book = openpyxl.load_workbook(tmp_path / "leads.xlsx")
    assert book.sheetnames == ["名单", "概要", "说明"]
    assert [cell.value for cell in book["名单"][1]][:3] == ["序号", "客户号", "产品"]
    facts = {row[0].value: row[1].value for row in book["概要"].iter_rows(min_row=2)}
    assert facts == {"名单编号": "summer-1", "客户数": 4}
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=2)}
    assert "8 位响应" in told["响应概率"]
    assert pq.read_table(tmp_path / "leads.parquet").equals(leads())


def test_a_column_of_chinese_text_is_as_wide_as_its_letters_are(tmp_path):
    long = "近三十天手机银行转账笔数12笔而一般客户只有3笔"
    told = leads()
    told = told.set_column(told.column_names.index("reason_1"), "reason_1", pa.array([long] * told.num_rows))
    write_leads(tmp_path, told, Export(), WORDS["zh"], [])
    sheet = openpyxl.load_workbook(tmp_path / "leads.xlsx")["名单"]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == "原因一")
    room = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in long)
    assert sheet.column_dimensions[letter].width >= room


def test_facts_of_several_parts_are_told_without_the_signs_of_a_programming_language():
    told = in_lines({"sms": 0.51234, "call": [1.0, 2_500.25]})
    assert told == "sms: 0.5123\ncall: 1, 2,500"
    assert in_lines([{"band": "A", "lowest_rise": 0.02}]) == "band A, lowest rise 0.02"
