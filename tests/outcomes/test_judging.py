"""Every row of an outcome file is counted once, known already, or put aside with its reason."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.outcomes import FIELDS, Treatment, judge_rows, read_outcomes

TODAY = date(2026, 9, 30)
CALL, HELD = "CA11CA11CA", "C0NTR01C00"
TREATMENTS = {
    code: Treatment(code, "june", "june", "deposit", "call", cell, date(2026, 6, 30), date(2026, 8, 29))
    for code, cell in ((CALL, "model"), (HELD, "control"))
}
MEMBERS = pd.MultiIndex.from_tuples([(CALL, "0007"), (CALL, "8"), (HELD, "9")])
NOTHING = pd.DataFrame(
    {name: [] for name in ("treatment_code", "customer_id", "event", "day", "money")}
).astype({"day": "datetime64[ns]", "money": float})
HEADER = ",".join(FIELDS)

BAD = {
    "fields": f"{CALL},0007,bought,2026-07-02,5,and more",
    "no_code": ",0007,bought,2026-07-02,5",
    "mangled_code": "1.23457E+10,0007,bought,2026-07-02,5",
    "malformed_code": "CALL,0007,bought,2026-07-02,5",
    "unknown_code": "ABCDEFGH12,0007,bought,2026-07-02,5",
    "no_customer": f"{CALL},,bought,2026-07-02,5",
    "mangled_customer": f"{CALL},7.00001E+11,bought,2026-07-02,5",
    "not_on_list": f"{CALL},9,bought,2026-07-02,5",
    "no_event": f"{CALL},0007,,2026-07-02,5",
    "unknown_event": f"{CALL},0007,bougth,2026-07-02,5",
    "control_contacted": f"{HELD},9,answered,2026-07-02,",
    "no_date": f"{CALL},0007,bought,,5",
    "ambiguous_date": f"{CALL},0007,bought,02/07/2026,5",
    "unreadable_date": f"{CALL},0007,bought,2026-02-30,5",
    "before_list": f"{CALL},0007,bought,2026-06-29,5",
    "in_future": f"{CALL},0007,bought,2027-07-02,5",
    "too_late": f"{CALL},0007,bought,2026-08-30,5",
    "infinite_amount": f"{CALL},0007,bought,2026-07-02,inf",
    "unreadable_amount": f'{CALL},0007,bought,2026-07-02,"1,234"',
    "negative_amount": f"{CALL},0007,bought,2026-07-02,-5",
    "amount_without_purchase": f"{CALL},0007,answered,2026-07-02,5",
}
GOOD = [
    f"{CALL},0007,delivered,2026-06-30,",
    f"{CALL},0007,bought,2026-07-02,5",
    f"{CALL.lower()},8,Refused,2026-08-29T10:15:00,",
    f"{HELD},9,bought,2026-07-03,12.50",
]


def judged(tmp_path, lines, earlier=NOTHING, today=TODAY, columns=(), header=HEADER):
    file = tmp_path / "answers.csv"
    file.write_bytes("\n".join([header, *lines]).encode("utf-8", "surrogateescape"))
    rows = read_outcomes(file, dict(columns))
    return rows, judge_rows(rows, TREATMENTS, MEMBERS, earlier, today)


def test_every_kind_of_bad_row_is_put_aside_with_its_reason_and_the_good_ones_are_counted(tmp_path):
    lines = [
        *GOOD,
        *BAD.values(),
        GOOD[1],
        f"{CALL},0007,bought,2026-07-02,6",
        f"{CALL},caf\udce9,bought,2026-07-02,5",
    ]
    rows, found = judged(tmp_path, lines)
    assert len(rows.table) == len(lines)
    assert found.good["line"].tolist() == [2, 3, 4, 5]
    expected = [*BAD, "repeated", "contradicts", "fields"]
    assert found.bad["kind"].tolist() == expected
    assert len(set(expected)) >= 20
    assert (found.bad["reason"].str.len() > 10).all()
    assert found.bad["line"].tolist() == list(range(6, 6 + len(expected)))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("unknown_event", "event 'bougth' is none: did you mean 'bought'?"),
        ("too_late", "2026-08-30 is after the window of the list, which closed on 2026-08-29"),
        ("not_on_list", f"customer 9 is not on the list with the code {CALL}"),
        (
            "unreadable_amount",
            "amount '1,234' is no number: write 1234.50, without currency or thousands signs",
        ),
        ("fields", "has 6 fields where the header has 5"),
    ],
)
def test_a_reason_says_what_is_wrong_with_the_row(tmp_path, kind, said):
    _, found = judged(tmp_path, [BAD[kind]])
    assert found.bad["reason"].tolist() == [said]


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*GOOD, *BAD.values()]), max_size=30))
def test_no_row_is_lost_and_adding_a_file_again_adds_nothing(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("outcomes")
    rows, found = judged(folder, lines)
    assert len(found.good) + found.known + len(found.bad) == len(rows.table)
    assert not found.good.duplicated(["treatment_code", "customer_id", "event", "day"]).any()
    _, again = judged(folder, lines, earlier=found.good)
    assert len(again.good) == 0
    assert again.known == len(found.good)


def test_an_id_keeps_its_zeros_and_the_file_may_have_names_of_its_own(tmp_path):
    header = "code;customer;what;when"
    names = {"treatment_code": "code", "customer_id": "customer", "event": "what", "at": "when"}
    _, found = judged(tmp_path, [f"{CALL};0007;answered;2026-07-01"], columns=names, header=header)
    assert found.good["customer_id"].tolist() == ["0007"]


def test_a_file_that_began_as_a_chinese_list_is_read_by_its_own_headers(tmp_path):
    header = "触达代码,客户号,结果,时间,金额"
    _, found = judged(tmp_path, [f"{CALL},0007,bought,2026-07-01,120.5"], header=header)
    assert found.good["customer_id"].tolist() == ["0007"]
    assert found.good["money"].tolist() == [120.5]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("treatment_code,customer_id,events,at", "no column 'event'.*--column event=events"),
        ("", "the file is empty"),
    ],
)
def test_a_file_without_the_columns_is_refused_with_what_to_do(tmp_path, header, message):
    with pytest.raises(UserError, match=message):
        judged(tmp_path, [], header=header)
