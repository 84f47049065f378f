"""Which column is for what, by what its values do."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from leadlift.drafting import Asked, ColumnFacts, Reading, facts_of, roles_of, spelled_all
from leadlift.drafting.facts import Counts

FACTS = ColumnFacts("x", rows=1_000, missing=0, distinct=40, alone=0.6, certain="", levels=())


def counted(values: list, y: np.ndarray) -> Counts:
    """Counts as the engine makes them, by hand."""
    names = sorted(set(values), key=str)
    rows = [[v == name for v in values] for name in names]
    n = np.array([sum(row) for row in rows], dtype=float)
    yes = np.array([float(y[np.array(row)].sum()) for row in rows])
    return Counts(names, n, n, yes)


def role(name: str, reading: str = "integer", sample=(), **changed):
    fact = ColumnFacts(**{**vars(FACTS), "name": name, **changed})
    found = roles_of({name: fact}, {name: Reading(reading)}, {name: name}, Asked("y", ("1",)), {name: sample})
    return found[name]


def test_the_auc_of_one_column_is_that_of_its_rows_whichever_way_it_points():
    rng = np.random.default_rng(1)
    values = rng.integers(0, 9, 500)
    y = (rng.random(500) < 0.6 - values / 20).astype(float)
    found = facts_of("x", counted([str(v) for v in values], y), Reading("integer"))
    assert found.alone == pytest.approx(roc_auc_score(y, -values))


def test_a_group_in_which_the_target_is_always_yes_is_named():
    y = np.array([1.0] * 40 + [0.0] * 300 + [1.0] * 20)
    spend = ["5"] * 20 + ["7"] * 20 + ["0"] * 320
    assert (
        "whenever it is not 0 (40 rows)" in facts_of("spend", counted(spend, y), Reading("integer")).certain
    )
    assert facts_of("spend", counted(spend, np.roll(y, 30)), Reading("integer")).certain == ""


@pytest.mark.parametrize(
    ("name", "changed", "use", "why"),
    [
        ("duration", {"alone": 0.82}, "out", "speaks of an outcome"),
        ("euribor3m", {"alone": 0.78}, "feature", "alone AUC 0.78"),
        ("anything", {"alone": 0.97}, "out", "known only afterwards"),
        ("duration", {"alone": 0.55}, "feature", ""),
        (
            "spend",
            {"certain": "whenever it is not 0 (578 rows) the target is yes"},
            "out",
            "known only afterwards",
        ),
        ("note", {"distinct": 990, "reading": "string"}, "out", "an id or free text"),
        ("account_id", {"distinct": 1_000}, "out", "an id"),
        ("balance", {"distinct": 1_000}, "feature", ""),
        ("flat", {"distinct": 1}, "out", "the same in every row"),
        ("gone", {"distinct": 0, "missing": 1_000}, "out", "empty in every row"),
        ("opened_on", {"reading": "date"}, "out", "a date"),
    ],
)
def test_what_is_left_out_says_why(name, changed, use, why):
    found = role(name, **changed)
    assert found.use == use
    assert why in found.why


@pytest.mark.parametrize(
    ("name", "sample", "pii"),
    [
        ("contact", ["ann@bank.example", "bo@bank.example"], True),
        ("reach", ["+49 170 1234567", "0171/1234567"], True),
        ("giro", ["DE89370400440532013000"], True),
        ("contact", ["cellular", "telephone"], False),
        ("phone_service", ["Yes", "No"], False),
    ],
)
def test_personal_text_is_known_by_its_values_and_never_repeated(name, sample, pii):
    found = role(name, "string", sample)
    assert found.pii is pii
    assert not any(value in found.why for value in sample) or not pii


@pytest.mark.parametrize("name", ["age", "gender", "marital", "senior_citizen", "nationality"])
def test_what_may_be_protected_is_asked_and_not_decided(name):
    found = role(name)
    assert (found.use, found.pii) == ("feature", False)
    assert "protected: true" in found.suggests


def test_what_a_reading_asks_stands_first_and_nothing_is_asked_of_personal_data():
    facts = {name: ColumnFacts(**{**vars(FACTS), "name": name}) for name in ("age", "income", "email")}
    readings = {
        "age": Reading("string", asks="which?"),
        "income": Reading("integer"),
        "email": Reading("string", asks="which?"),
    }
    samples = {"age": [], "income": [], "email": ["ann@bank.example"]}
    found = roles_of(facts, readings, {name: name for name in facts}, Asked("y", ("1",)), samples)
    assert found["age"].suggests.startswith("which?; a protected characteristic?")
    assert (found["income"].suggests, found["email"].suggests) == ("", "")


def test_names_are_spelt_for_expressions_and_no_two_alike():
    names = ["emp.var.rate", "TotalCharges", "Größe", "年龄", "2nd", "emp var rate", "as_of", "customerID"]
    assert list(spelled_all(names, key="customerID").values()) == [
        "emp_var_rate", "total_charges", "grosse", "column_4", "n_2nd", "emp_var_rate_2", "as_of_given", "customer_id",
    ]  # fmt: skip


def test_postcodes_of_a_few_rows_each_tell_nothing_and_a_level_that_tells_is_seen():
    rng = np.random.default_rng(4)
    y = (rng.random(6_000) < 0.05).astype(float)
    codes = [f"{n:05d}" for n in rng.integers(0, 1_500, 6_000)]
    assert facts_of("plz", counted(codes, y), Reading("string")).alone < 0.55
    # two levels alike by luck tell nothing either, and a status that nine in ten responders have tells much
    assert facts_of("half", counted(["a", "b"] * 3_000, y), Reading("string")).alone < 0.55
    status = [("sold" if rng.random() < 0.9 else "open") if yes else "open" for yes in y]
    truth = roc_auc_score(y, [value == "sold" for value in status])
    assert facts_of("s", counted(status, y), Reading("string")).alone == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize(
    ("name", "distinct", "pii"),
    [
        ("first_name", 60, True),
        ("surname", 350, True),
        ("email", 40, True),
        ("email", 2, False),
        ("address_kind", 4, False),
        ("product_name", 60, False),
    ],
)
def test_names_of_persons_are_personal_however_often_they_repeat(name, distinct, pii):
    found = role(name, "string", distinct=distinct)
    assert (found.pii, found.use == "out") == (pii, pii)
