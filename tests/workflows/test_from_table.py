"""From one file to a lead list in three commands, and what is said of files that are odd."""

from __future__ import annotations

import csv
import json
import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import parse_one

from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.training import flat_query, training_table
from leadlift.workflows.session import looked_at, opened, tracker_of

DATA = Path(os.environ.get("LEADLIFT_DATA", Path(__file__).parents[3] / "shared" / "data"))
DAY = "2026-06-30"
WHY = "a table made up for a test"


def table(path: Path, rows: int = 4_000, encoding: str = "utf-8") -> Path:
    """Customers with a decimal comma, dates, a leak, an address and three-tenths saying yes."""
    rng = np.random.default_rng(3)
    logins, salary, sex = rng.poisson(3, rows), rng.normal(3_000, 700, rows), rng.integers(0, 2, rows)
    # women who log in often and men who seldom do: what no sum of points tells
    odds = 0.9 * np.where(sex == 1, logins, 6 - logins) - 3.9
    yes = rng.random(rows) < 1 / (1 + np.exp(-odds))
    days = np.datetime64("2025-01-01") + np.sort(rng.integers(0, 400, rows))
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(
            ["Kundennr", "Datum", "Logins", "Gehalt", "gender", "E-Mail", "bought", "Größe", "always", "y"]
        )
        for i in range(rows):
            day = "{2}.{1}.{0}".format(*str(days[i]).split("-"))
            spent = str(int(yes[i] and rng.random() < 0.5))
            mail, size = f"p{i}@bank.example", ["klein", "groß", ""][i % 3]
            pay = f"{salary[i]:.2f}".replace(".", ",")
            row = [
                f"{i:06d}",
                day,
                logins[i],
                pay,
                "FM"[sex[i]],
                mail,
                spent,
                size,
                "1",
                "ja" if yes[i] else "nein",
            ]
            out.writerow(row)
    return path


def declared(folder: Path) -> dict:
    """The columns of the cases."""
    return open_workspace(folder).sources["cases"].columns


@pytest.mark.slow
def test_three_commands_lead_from_a_file_to_a_list(leadlift, tmp_path):
    file, bank = table(tmp_path / "kunden.csv", rows=8_000), tmp_path / "bank"
    said = leadlift("init", str(bank), "--from-table", str(file), "--target", "y", "--positive", "ja",
                    "--key", "Kundennr", "--without-consent", WHY)  # fmt: skip
    assert said.code == 0, said.err
    assert leadlift("check", at=bank).code == 0
    spec = bank / "leadlift.yaml"
    text = spec.read_text(encoding="utf-8").replace(
        "gender: {type: string", "gender: {type: string, protected: true"
    )
    spec.write_text(text, encoding="utf-8")
    said = leadlift("train", "y", "--promote", at=bank)
    assert said.code == 0, said.err
    assert "version 1 is the champion" in said.err
    said = leadlift("leads", "y_list", "--as-of", DAY, "--score", at=bank)
    assert said.code == 0, said.err
    assert f"consent was not asked: {WHY}" in said.out
    _the_list_is_of_those_who_had_not_said_yes(file, bank)
    _the_report_tells_of_groups_without_showing_a_row(bank)
    _the_page_of_all_models_holds_this_one(leadlift, bank)


def _the_list_is_of_those_who_had_not_said_yes(file: Path, bank: Path) -> None:
    folder = bank / "leads" / "y_list" / DAY
    with file.open(encoding="utf-8", newline="") as opened:
        said_yes = {row["Kundennr"] for row in csv.DictReader(opened, delimiter=";") if row["y"] == "ja"}
    chosen = pq.read_table(folder / "leads.parquet")["customer_id"].to_pylist()
    assert chosen
    assert set(chosen) & said_yes == set()
    assert all(len(one) == 6 for one in chosen)
    assert json.loads((folder / "manifest.json").read_text())["consent"] == f"not asked: {WHY}"


def _the_report_tells_of_groups_without_showing_a_row(bank: Path) -> None:
    tracker = tracker_of(open_workspace(bank))
    run = tracker.runs("y", "train")[0]
    page = tracker.artifact(run.id, "model_card.html").decode()
    assert len(page) < 3_000_000
    for heading in ("Where it is weak", "Who would be contacted", "gender"):
        assert heading in page
    groups = tracker.artifact(run.id, "tables/groups.csv").decode()
    assert {line.split(",")[1] for line in groups.splitlines() if line.startswith("gender,")} == {"F", "M"}
    assert "bank.example" not in page + groups


def _the_page_of_all_models_holds_this_one(leadlift, bank: Path) -> None:
    said = leadlift("report", "--json", at=bank)
    (model,) = said.json["models"]
    assert (model["pipeline"], model["version"], model["card"]) == ("y", 1, "model-y.html")
    assert model["state"] in ("healthy", "no better")
    page = (bank / "reports" / "models.html").read_text(encoding="utf-8")
    assert 'href="model-y.html"' in page
    assert (bank / "reports" / "model-y.html").is_file()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_whatever_the_encoding_columns_are_read_as_what_they_are(leadlift, tmp_path, encoding):
    file, bank = table(tmp_path / "kunden.csv", 600, encoding), tmp_path / "bank"
    said = leadlift("init", str(bank), "--from-table", str(file), "--target", "y", "--positive", "ja")
    assert said.code == 0, said.err
    columns = declared(bank)
    assert {name: column.type for name, column in columns.items()} == {
        "kundennr": "string", "datum": "date", "logins": "integer", "gehalt": "number", "gender": "string",
        "e_mail": "string", "bought": "integer", "grosse": "string", "always": "integer", "y": "string",
    }  # fmt: skip
    assert [name for name, column in columns.items() if column.pii] == ["e_mail"]
    ws = open_workspace(bank)
    assert ws.sources["cases"].event_time == "datum"
    assert ws.pipeline("y").split.out_of_time == 0.2
    assert set(ws.pipeline("y").features.exclude) == {"kundennr", "bought", "always"}
    with looked_at(ws) as (_, problems):
        assert problems == []


def test_without_a_word_on_consent_the_campaign_contacts_nobody_and_says_how_to_change_it(leadlift, tmp_path):
    file, bank = table(tmp_path / "kunden.csv", 300), tmp_path / "bank"
    said = leadlift("init", str(bank), "--from-table", str(file), "--target", "y", "--positive", "ja")
    assert "no consent source was given" in said.out
    assert open_workspace(bank).campaigns["y_list"].consent == "false"
    text = (bank / "pipelines" / "campaigns" / "y_list.yaml").read_text(encoding="utf-8")
    assert "without_consent: the reason" in text


def test_a_parquet_file_keeps_its_own_types(leadlift, tmp_path):
    n = 200
    rows = pa.table({
        "id": pa.array([f"c{i}" for i in range(n)]),
        "n": pa.array(range(n), pa.int32()),
        "x": [i / 3 for i in range(n)],
        "tags": [["a"]] * n,
        "flag": [i % 2 == 0 for i in range(n)],
        "y": [i % 5 == 0 for i in range(n)],
    })  # fmt: skip
    pq.write_table(rows, tmp_path / "t.parquet")
    bank = tmp_path / "bank"
    said = leadlift("init", str(bank), "--from-table", str(tmp_path / "t.parquet"), "--target", "y", "--json")
    assert said.code == 0, said.err
    assert (said.json["positives"], said.json["key"]) == (40, "id")
    kinds = {name: column.type for name, column in declared(bank).items()}
    assert kinds == {"id": "string", "n": "integer", "x": "number", "flag": "boolean", "y": "boolean"}
    assert "list" in (bank / "leadlift.yaml").read_text(encoding="utf-8")


def small(folder: Path, text: str) -> str:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


ROWS = "".join(f"{i},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(60))


@pytest.mark.parametrize(
    ("head", "words", "why"),
    [
        ("id,x,y\n", ["--target", "z"], "no such column"),
        (
            "id,x,y\n",
            ["--target", "y", "--positive", "maybe"],
            "no such value; there are 'yes' (40), 'no' (20)",
        ),
        ("id,x,y\n", ["--target", "id"], "60 different values"),
        ("id,x,y\n", ["--target", "x"], "say with --positive which value of x means yes"),
        ("id,y,y\n", ["--target", "y"], "stands 2 times"),
        ("id,x,y\n", ["--target", "y", "--key", "nr"], "--key nr: there is no such column"),
        ("id,x,y\n", ["--target", "y", "--time", "x"], "a date is needed"),
        ("id,x,y\n", ["--target", "y", "--kind", "guess"], "no such kind"),
        (
            "id,x,y\n",
            ["--target", "y", "--kind", "uplift"],
            "--kind uplift: is not drafted from a table; choose 'resp",
        ),
        ("id,x,y\n", [], "--from-table needs --target"),
    ],
)
def test_what_cannot_be_learned_from_is_said_in_one_message(leadlift, tmp_path, head, words, why):
    said = leadlift("init", str(tmp_path / "bank"), "--from-table", small(tmp_path, head + ROWS), *words)
    assert said.code == 2
    assert why in said.err
    assert not (tmp_path / "bank" / "leadlift.yaml").exists()


def test_a_target_of_one_class_is_refused(leadlift, tmp_path):
    text = "x,y\n" + "1,no\n" * 50
    said = leadlift("init", str(tmp_path / "bank"), "--from-table", small(tmp_path, text), "--target", "y")
    assert said.code == 2
    assert "holds only 'no'" in said.err


def test_columns_twice_without_a_name_or_empty_are_told_and_left_out(leadlift, tmp_path):
    text = "x,x,,gone,n,y\n" + "".join(f"{i},1,2,,{i % 9},{i % 2}\n" for i in range(40))
    bank = tmp_path / "bank"
    said = leadlift("init", str(bank), "--from-table", small(tmp_path, text), "--target", "y")
    assert said.code == 0, said.err
    assert "'x': stands 2 times" in said.out
    assert "'': has no name" in said.out
    assert set(open_workspace(bank).pipeline("y").features.exclude) == {"gone"}
    assert leadlift("check", at=bank).code == 0


def test_a_line_with_too_many_fields_is_named(leadlift, tmp_path):
    said = leadlift(
        "init",
        str(tmp_path / "b"),
        "--from-table",
        small(tmp_path, "x,y\n1,0\n2,1\n3,1,9\n"),
        "--target",
        "y",
    )
    assert said.code == 2
    assert "line 4" in said.err


def drafted(leadlift, folder: Path, table: str, *words: str):
    """What `init` says of a table in the folder whose target is y; the workspace is `bank` beside it."""
    return leadlift(
        "init", str(folder / "bank"), "--from-table", str(folder / table), "--target", "y", *words
    )


def filled(path: Path, rows: int = 200, /, **columns) -> None:
    """Write columns, each a function of the row's place, as what the file's name ends in."""
    values = {name: [value(i) for i in range(rows)] for name, value in columns.items()}
    if path.suffix == ".parquet":
        pq.write_table(pa.table(values), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(values)
        out.writerows(zip(*values.values(), strict=True))


def nr(i: int) -> str:
    return f"c{i}"


def outcome(i: int) -> str:
    return "no" if i % 3 else "yes"


def day(i: int) -> date:
    return date(2026, 1, 1) + timedelta(days=i)


def test_thousands_are_not_read_as_decimals_and_a_person_is_asked(leadlift, tmp_path):
    filled(
        tmp_path / "t.csv", id=nr, amount=lambda i: f"{950 + 97 * (i % 20):,}", n=lambda i: i % 7, y=outcome
    )
    said = drafted(leadlift, tmp_path, "t.csv")
    assert said.code == 0, said.err
    assert "amount: its commas may part thousands or decimals" in said.out
    cases = open_workspace(tmp_path / "bank").sources["cases"]
    assert (cases.columns["amount"].type, cases.csv.decimal) == ("string", ".")


def test_a_word_for_missing_does_not_erase_a_class_of_the_target(leadlift, tmp_path):
    filled(tmp_path / "t.csv", id=nr, x=lambda i: "none" if i % 7 == 0 else i % 40, n=lambda i: i % 11,
           y=lambda i: "none" if i % 3 else "sale")  # fmt: skip
    said = drafted(leadlift, tmp_path, "t.csv", "--positive", "sale")
    assert said.code == 0, said.err
    assert "x: 'none' would mean missing but the target holds it too" in said.out
    ws = open_workspace(tmp_path / "bank")
    assert "none" not in ws.sources["cases"].csv.na
    with looked_at(ws) as (session, problems):
        assert problems == []
        found = session.engine.table(parse_one("select y, count(*) as n from cases group by y order by y"))
    assert found.to_pylist() == [{"y": "none", "n": 133}, {"y": "sale", "n": 67}]


@pytest.mark.parametrize(
    ("shown", "amount", "form"),
    [
        (str, lambda i: i / 4, (".", None)),
        (lambda d: f"{d:%d.%m.%Y}", lambda i: f"{i / 4:.2f}".replace(".", ","), (",", "%d.%m.%Y")),
    ],
    ids=["plain", "European"],
)
def test_a_parquet_table_takes_rows_to_score_from_text_however_that_is_written(
    leadlift, tmp_path, shown, amount, form
):
    filled(tmp_path / "t.parquet", id=nr, opened=day, x=lambda i: i / 7, y=outcome)
    filled(tmp_path / "new.csv", 40, id=nr, opened=lambda i: shown(day(i)), x=amount)
    said = drafted(leadlift, tmp_path, "t.parquet", "--score-table", str(tmp_path / "new.csv"))
    assert said.code == 0, said.err
    ws = open_workspace(tmp_path / "bank")
    other = ws.sources["to_score"]
    assert (other.csv.decimal, other.csv.date_format) == form
    assert {name: column.type for name, column in other.columns.items()} == {
        "id": "string", "opened": "date", "x": "number",
    }  # fmt: skip
    with looked_at(ws) as (_, problems):
        assert problems == []


def test_whole_numbers_in_text_take_parquet_numbers_with_gaps_to_score(leadlift, tmp_path):
    filled(tmp_path / "t.csv", id=nr, x=lambda i: i % 40, y=outcome)
    filled(tmp_path / "new.parquet", 40, id=nr, x=lambda i: float(i) if i % 9 else None)
    said = drafted(leadlift, tmp_path, "t.csv", "--score-table", str(tmp_path / "new.parquet"))
    assert said.code == 0, said.err
    ws = open_workspace(tmp_path / "bank")
    assert {ws.sources[name].columns["x"].type for name in ("cases", "to_score")} == {"number"}
    with looked_at(ws) as (_, problems):
        assert problems == []


def test_numbers_that_are_texts_in_the_other_table_are_read_as_text_and_told(leadlift, tmp_path):
    filled(tmp_path / "t.csv", id=nr, x=lambda i: i % 40, y=outcome)
    filled(tmp_path / "new.parquet", 40, id=nr, x=lambda i: "lots" if i % 9 else "1")
    said = drafted(leadlift, tmp_path, "t.csv", "--score-table", str(tmp_path / "new.parquet"))
    assert said.code == 0, said.err
    assert "x: read as text, since" in said.out
    assert "'x' is VARCHAR" in said.out
    assert declared(tmp_path / "bank")["x"].type == "string"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"opened": day, "x": lambda _: "lots"}, "40 values of 'x' cannot be read as number, such as 'lots'"),
        (
            {"opened": lambda _: "soon", "x": int},
            "40 values of 'opened' cannot be read as date, such as 'soon'",
        ),
        ({"x": int}, "has no 'opened'"),
    ],
    ids=["a feature", "the clock", "no clock"],
)
def test_what_two_tables_cannot_be_read_alike_in_names_the_file_and_the_column(
    leadlift, tmp_path, other, why
):
    filled(tmp_path / "t.parquet", id=nr, opened=day, x=lambda i: i / 7, y=outcome)
    filled(tmp_path / "new.csv", 40, id=nr, **other)
    said = drafted(leadlift, tmp_path, "t.parquet", "--score-table", str(tmp_path / "new.csv"))
    assert said.code == 2
    assert "new.csv" in said.err
    assert why in said.err
    assert "t.parquet" not in said.err


def test_columns_whose_names_differ_in_case_alone_are_both_read(leadlift, tmp_path):
    filled(tmp_path / "t.csv", Age=lambda i: i % 40, age=lambda i: i % 7, y=outcome)
    said = drafted(leadlift, tmp_path, "t.csv")
    assert said.code == 0, said.err
    assert {name: column.from_ for name, column in declared(tmp_path / "bank").items()} == {
        "age": "Age", "age_2": "age", "y": None,
    }  # fmt: skip
    assert leadlift("check", at=tmp_path / "bank").code == 0


def test_of_parquet_columns_that_differ_in_case_alone_the_first_is_read_and_the_other_told(
    leadlift, tmp_path
):
    filled(tmp_path / "t.parquet", Age=lambda i: i % 40, age=lambda i: i % 7, y=outcome)
    said = drafted(leadlift, tmp_path, "t.parquet")
    assert said.code == 0, said.err
    assert "'age': differs from 'Age' in case alone; rename to use it" in said.out
    assert {name: column.from_ for name, column in declared(tmp_path / "bank").items()} == {
        "age": "Age",
        "y": None,
    }


def test_a_title_with_a_line_break_is_a_column(leadlift, tmp_path):
    filled(tmp_path / "t.csv", **{"id": nr, "Annual\nincome": lambda i: i % 40, "y": outcome})
    said = drafted(leadlift, tmp_path, "t.csv")
    assert said.code == 0, said.err
    assert declared(tmp_path / "bank")["annual_income"].from_ == "Annual\nincome"
    assert leadlift("check", at=tmp_path / "bank").code == 0


PUBLIC = {
    "uci": ("uci_bank_marketing/bank-additional-full.csv", "y", "yes", 4_640, {"duration"}),
    "telco": ("telco_churn/WA_Fn-UseC_-Telco-Customer-Churn.csv", "Churn", "Yes", 1_869, set()),
    "hillstrom": ("hillstrom/hillstrom.csv", "visit", "1", 9_394, {"conversion", "spend"}),
    "berka": ("berka_pkdd99/loan.asc", "status", "B", 31, {"loan_id", "account_id"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_public_tables_are_read_and_their_known_traps_seen(leadlift, tmp_path, name):
    file, target, positive, positives, out = PUBLIC[name]
    if not (DATA / file).is_file():
        pytest.skip(f"no {DATA / file}: set LEADLIFT_DATA to the folder of the data sets")
    bank = tmp_path / "bank"
    words = ["--target", target, "--positive", positive]
    said = leadlift("init", str(bank), "--from-table", str(DATA / file), *words, "--json")
    assert said.code == 0, said.err
    assert said.json["positives"] == positives
    ws = open_workspace(bank)
    assert set(ws.pipelines[said.json["pipeline"]].features.exclude) == out
    if name == "telco":
        assert (said.json["key"], ws.sources["cases"].columns["total_charges"].type) == (
            "customerID",
            "number",
        )
    if name == "berka":
        assert ws.sources["cases"].event_time == "date"
    shutil.rmtree(bank)


def test_customers_without_a_key_are_called_by_their_place_in_the_file_whatever_the_dates_say(
    leadlift, tmp_path
):
    filled(tmp_path / "t.csv", opened=lambda i: day((i * 77) % 200), x=lambda i: i, y=outcome)
    said = drafted(leadlift, tmp_path, "t.csv")
    assert said.code == 0, said.err
    ws = open_workspace(tmp_path / "bank")
    assert (ws.sources["cases"].customer_key, ws.sources["cases"].event_time) == (None, "opened")
    with opened(ws) as home:
        query = flat_query("cases", ws.sources["cases"], ["x"], None, ws.sources)
        found = home.engine.table(query)
        cases = training_table(ws.pipeline("y"), ws.features, home, SILENT).table
    for rows in (found, cases):
        assert [int(name) - 1 for name in rows["customer_id"].to_pylist()] == rows["x"].to_pylist()
    assert cases["as_of"].to_pylist() == sorted(cases["as_of"].to_pylist())


@pytest.mark.parametrize(("ours", "theirs"), [(",", "."), (".", ",")])
def test_a_text_table_to_score_keeps_its_own_decimal_sign(leadlift, tmp_path, ours, theirs):
    def written(sign):
        return lambda i: f"{i / 8:.2f}".replace(".", sign)

    filled(tmp_path / "t.csv", id=nr, x=written(ours), y=outcome)
    filled(tmp_path / "new.csv", 40, id=nr, x=written(theirs))
    said = drafted(leadlift, tmp_path, "t.csv", "--score-table", str(tmp_path / "new.csv"))
    assert said.code == 0, said.err
    ws = open_workspace(tmp_path / "bank")
    assert [ws.sources[name].csv.decimal for name in ("cases", "to_score")] == [ours, theirs]
    with looked_at(ws) as (session, problems):
        assert problems == []
        found = session.engine.table(parse_one("select max(x) as x from to_score"))
    assert found["x"].to_pylist() == [pytest.approx(39 / 8, abs=0.01)]
