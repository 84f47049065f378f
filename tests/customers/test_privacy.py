"""Personal and protected columns are shown when asked for, on record, and never otherwise."""

from __future__ import annotations

import json
import os
import pwd

import pandas as pd
import pytest

from .conftest import DAY

HIDDEN = ["customers.birth_date", "customers.gender", "customers.name"]


@pytest.fixture
def secrets(world, ids):
    rows = pd.read_parquet(world / "data" / "customers.parquet")
    row = rows[rows["customer_id"] == ids[0]].iloc[-1]
    return [str(row["name"]), str(row["birth_date"])[:10]]


@pytest.mark.parametrize("form", ["terminal", "json", "html"])
def test_nothing_personal_is_shown_unasked(leadlift, copy, ids, secrets, form, tmp_path):
    words = ["customer", ids[0], "--as-of", str(DAY)]
    words += {"terminal": [], "json": ["--json"], "html": ["--html", str(tmp_path / "page.html")]}[form]
    said = leadlift(*words, at=copy)
    assert said.code == 0, said.err
    text = (tmp_path / "page.html").read_text("utf-8") if form == "html" else said.out
    assert ids[0] in text
    for hidden in [*secrets, "gender", "birth date", "birth_date"]:
        assert hidden not in text
    assert not (copy / "kept").exists()


def test_asked_for_they_are_shown_and_the_look_up_is_on_record_without_a_value(leadlift, copy, ids, secrets):
    for _ in range(2):
        said = leadlift("customer", ids[0], "--as-of", str(DAY), "--with-pii", at=copy)
        assert said.code == 0, said.err
    for value in secrets:
        assert value in said.out
    assert "This look-up is on record" in said.out
    path = copy / "kept" / "lookups.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(lines) == 2
    line = lines[0]
    assert line.pop("when")
    assert line == {
        "who": pwd.getpwuid(os.getuid()).pw_name,
        "verb": "customer",
        "customer": ids[0],
        "as_of": str(DAY),
        "columns": HIDDEN,
    }
    assert all(value not in path.read_text("utf-8") for value in secrets)
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_record_nothing_personal_is_shown(leadlift, copy, ids, secrets):
    (copy / "kept").write_text("a file where the folder should be")
    said = leadlift("customer", ids[0], "--as-of", str(DAY), "--with-pii", at=copy)
    assert (said.code, said.out) == (2, "")
    assert "personal columns are not shown" in said.err


def test_questions_do_not_see_them_and_are_told_why(leadlift, copy):
    said = leadlift("sql", "select * from customers", "--format", "csv", at=copy)
    assert said.code == 0
    header = said.out.splitlines()[0]
    assert all(column.partition(".")[2] not in header for column in HIDDEN)
    said = leadlift("sql", "select max(birth_date) from customers", at=copy)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(
        "error: sql: column 'birth_date' of 'customers' is pii and not in the view. With"
    )
    assert not (copy / "kept").exists()


def test_questions_see_them_when_asked_for_on_record_without_the_question(leadlift, copy):
    question = "select count(*) as n from customers where name = 'somebody' or gender = 'F'"
    said = leadlift("sql", question, "--with-pii", "--json", at=copy)
    assert said.code == 0, said.err
    assert said.json[0]["n"] > 0
    line = json.loads((copy / "kept" / "lookups.jsonl").read_text("utf-8"))
    assert (line["verb"], line["customer"], line["columns"]) == ("sql", None, HIDDEN)
    assert "somebody" not in json.dumps(line)


def test_features_made_of_personal_columns_are_hidden_like_them(leadlift, copy):
    path = copy / "feature_defs" / "attributes_customers.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("    pii: false                  # a number of years", "    # a number of years")
    )
    # a group by age would tell the age: such segment files are refused
    for name in ("life_cluster", "who"):
        (copy / "pipelines" / "segments" / f"{name}.yaml").unlink(missing_ok=True)
    said = leadlift("sql", "--list", "--json", at=copy)
    assert said.code == 0, said.err
    columns = {c["name"]: c for v in said.json if v["view"] == "features" for c in v["columns"]}
    assert columns["age"]["hidden"] == "pii"
    assert leadlift("sql", "select age from features", at=copy).code == 2
