"""Rules of whole rows: clocks, duplicates, references, conditions of one's own, and what each weighs."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.contracts import broken, judge, stopping

from .conftest import named, seen_in, source

EVENTS = {"kind": "events", "event_time": "at"}


def test_a_row_known_before_it_happened_runs_backwards(failing):
    text = (
        "customer_id,at,known\n"
        "1,2026-01-01 09:00,2026-01-01 09:00\n"
        "2,2026-01-01 09:00,2026-01-01 08:59\n"
        "3,2026-01-01 09:00,\n"
    )
    columns = "customer_id:string at:timestamp known:timestamp"
    found = failing(text, columns, available_at="known", **EVENTS)
    assert found == [("backwards", 1, ("2026-01-01 08:59:00",))]


def test_a_day_is_not_before_a_time_on_that_day(failing):
    text = "customer_id,at,known\n1,2026-01-01 09:00,2026-01-01\n2,2026-01-02 09:00,2026-01-01\n"
    found = failing(text, "customer_id:string at:timestamp known:date", available_at="known", **EVENTS)
    assert found == [("backwards", 1, ("2026-01-01",))]


def test_an_end_before_the_beginning_runs_backwards_and_one_on_the_same_day_does_not(failing):
    text = "customer_id,a,b\n1,2026-01-02,2026-01-02\n2,2026-01-02,2026-01-01\n3,2026-01-02,\n"
    found = failing(text, "customer_id:string a:date b:date", kind="intervals", valid_from="a", valid_to="b")
    assert found == [("backwards", 1, ("2026-01-01",))]


def test_one_key_twice_at_one_time_of_knowing_is_a_duplicate_and_a_correction_is_none(failing):
    text = (
        "customer_id,id,at,known\n"
        "1,A,2026-01-01,2026-01-01\n"
        "1,A,2026-01-01,2026-01-05\n"  # corrected later: two versions
        "1,B,2026-01-01,2026-01-02\n"
        "1,B,2026-01-01,2026-01-02\n"
        "1,B,2026-01-01,2026-01-02\n"
        "1,,2026-01-01,2026-01-02\n"  # without its key a row is nobody's version
        "1,,2026-01-01,2026-01-02\n"
    )
    columns = "customer_id:string id:string at:date known:date"
    found = failing(text, columns, available_at="known", key="id", **EVENTS)
    assert found == [("duplicates", 2, ("B 2026-01-02",))]


def test_rows_that_are_the_same_in_every_column_are_counted_when_asked(failing):
    text = "customer_id,at,n\n1,2026-01-01,5\n1,2026-01-01,5\n1,2026-01-01,6\n1,2026-01-01,\n1,2026-01-01,\n"
    columns = "customer_id:string at:date n:integer"
    assert failing(text, columns, **EVENTS) == []
    found = failing(text, columns, checks={"duplicates": "rows"}, **EVENTS)
    assert found == [("duplicates", 2, ("1 2026-01-01",))]


def test_a_lookup_that_would_multiply_the_rows_of_others_is_told(tmp_path):
    sources = {
        "branches": source("branch:string city:string", "lookup", path="branches.csv"),
        "visits": source(
            "customer_id:string at:date branch:string", path="visits.csv",
            joins=[{"source": "branches", "on": "branch", "columns": ["city"]}], **EVENTS,
        ),
    }  # fmt: skip
    texts = {
        "branches": "branch,city\n1,Bern\n1,Basel\n2,Chur\n",
        "visits": "customer_id,at,branch\nann,2026-01-01,1\n",
    }
    looked = [judge(one, date(2026, 1, 1), asked=False) for one in seen_in(tmp_path, sources, texts)]
    assert [(one.source, one.rule, one.failing, one.examples) for one in broken(looked)] == [
        ("branches", "duplicates", 1, ("1",))
    ]


def test_what_a_column_refers_to_must_stand_there_and_null_refers_to_nothing(tmp_path):
    sources = {
        "sales": source(
            "customer_id:string contact:string", path="sales.csv",
            rules={"contact": {"references": "contacts.id"}},
        ),
        "contacts": source("id:string", path="contacts.csv"),
    }  # fmt: skip
    texts = {
        "contacts": "id\nc1\nc2\nc2\nNA\n",
        "sales": "customer_id,contact\n1,c1\n2,c2\n3,\n4,c3\n5,c9\n6,c3\n",
    }
    looked = [judge(one, None, asked=False) for one in seen_in(tmp_path, sources, texts)]
    (found,) = broken(looked)
    assert (found.rule, found.failing, found.of, found.examples) == ("references", 3, 6, ("c3", "c9"))
    assert found.message.startswith("3 of 6 rows have a 'contact' that is not in contacts.id, such as 'c3'")


def test_a_column_may_refer_to_its_own_source(failing):
    text = "id,parent\na,\nb,a\nc,x\n"
    found = failing(text, "id:string parent:string", rules={"parent": {"references": "it.id"}})
    assert found == [("references", 1, ("x",))]


def test_a_rule_of_ones_own_is_broken_where_it_is_false_and_not_where_it_is_unknown(looked):
    rule = {"expect": "amount <= card_limit", "severity": "warn", "because": "a card is not overdrawn"}
    text = "id,amount,card_limit\na,5,10\nb,11,10\nc,11,\nd,99,10\n"
    columns = "id:string amount:decimal card_limit:decimal"
    found = looked(text, columns, rules={"id": {"unique": True}}, checks={"rules": {"within_limit": rule}})
    one = named(found, "within_limit")
    assert (one.failing, one.severity, one.path) == (2, "warn", ("checks", "rules", "within_limit"))
    assert one.message == "2 of 4 rows break the rule 'within_limit': a card is not overdrawn (id b)"


def test_a_rule_may_name_columns_of_lookups(tmp_path):
    sources = {
        "branches": source("branch:string country:string", "lookup", path="branches.csv"),
        "visits": source(
            "customer_id:string at:date branch:string", path="visits.csv",
            joins=[{"source": "branches", "on": "branch", "columns": ["country"]}],
            checks={"rules": {"at_home": {"expect": "country = 'CH'"}}}, **EVENTS,
        ),
    }  # fmt: skip
    texts = {
        "branches": "branch,country\n1,CH\n2,FR\n",
        "visits": "customer_id,at,branch\nann,2026-01-01,1\nbob,2026-01-01,2\ncem,2026-01-01,3\n",
    }
    looked = [judge(one, None, asked=False) for one in seen_in(tmp_path, sources, texts)]
    assert [(one.rule, one.failing) for one in broken(looked)] == [("at_home", 1)]


def test_rows_that_are_not_read_need_keep_no_rule(failing):
    text = "id,kind\na,old\nb,new\n"
    rules = {"kind": {"allowed": ["new"]}}
    assert failing(text, "id:string kind:string", rules=rules) == [("allowed", 1, ("old",))]
    assert failing(text, "id:string kind:string", rules=rules, where="kind <> 'old'") == []


@pytest.mark.parametrize("level", ["note", "warn", "error"])
def test_what_a_rule_weighs_is_what_the_spec_says_and_only_an_error_stops(looked, level):
    found = looked("n\n5\n", "n:integer", rules={"n": {"max": 1, "severity": {"max": level}}})
    assert named(found, "max").severity == level
    assert len(broken([found])) == 1
    assert len(stopping([found])) == (level == "error")


def test_a_rule_that_is_off_is_not_asked(looked):
    text = "customer_id,at,known\n1,2026-01-02,2026-01-01\n"
    columns = "customer_id:string at:date known:date"
    off = {"severity": {"backwards": "off", "future": "off", "duplicates": "off"}}
    found = looked(text, columns, available_at="known", key="customer_id", checks=off, **EVENTS)
    assert found.findings == ()


def test_the_value_and_the_row_of_a_hidden_column_are_not_shown(looked):
    text = "name,g,n\nsecret,X,1\nhidden,Y,2\nhidden,Y,3\n"
    rules = {
        "name": {"pii": True, "allowed": ["a"], "pattern": "a", "unique": True, "required": True},
        "g": {"protected": True, "allowed": ["F"]},
        "n": {"max": 2},
    }
    checks = {"duplicates": "rows", "rules": {"mine": {"expect": "name = 'a'"}}}
    found = looked(text, "name:string g:string n:integer", rules=rules, checks=checks, key="name")
    assert len(broken([found])) == 7
    assert "secret" not in repr(found)
    assert "hidden" not in repr(found)
    # a protected value alone says what to mend, and of nobody what they are
    assert named(looked(text, "name:string g:string n:integer", rules={"g": rules["g"], "n": {"unique": True}}),
                 "allowed").message == "3 of 3 rows have another 'g' than 'F', such as 'X' and 'Y'"  # fmt: skip
