"""Each command through the command line: exit codes, messages, and JSON that is nothing but JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DAY = "2026-06-30"
STARTER_FILES = {
    ".gitignore", "README.md", "leadlift.yaml", "feature_defs/attributes.yaml", "feature_defs/behaviour.yaml",
    "feature_defs/loyalty.yaml", "feature_defs/needs.yaml", "feature_defs/value.yaml", "pipelines/fund_purchase.yaml",
    "pipelines/campaigns/fund_call.yaml",
    "pipelines/segments/standing.yaml",
}  # fmt: skip


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_init_writes_the_starter_and_says_what_to_do_next(leadlift, tmp_path):
    folder = tmp_path / "bank"
    said = leadlift("init", str(folder), "--no-data")
    assert said.code == 0
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == STARTER_FILES
    assert said.out.splitlines()[-1] == f"next: cd {folder} && leadlift check && leadlift train fund_purchase"


def test_init_twice_refuses_and_changes_nothing(leadlift, tmp_path):
    folder = tmp_path / "bank"
    leadlift("init", str(folder), "--no-data")
    (folder / "leadlift.yaml").write_text("mine", encoding="utf-8")
    said = leadlift("init", str(folder), "--no-data")
    assert said.code == 2
    assert said.err == f"error: {folder / 'leadlift.yaml'} exists already; name another folder\n"
    assert (folder / "leadlift.yaml").read_text("utf-8") == "mine"


def test_init_never_overwrites_a_file_of_yours(leadlift, tmp_path):
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    said = leadlift("init", str(tmp_path), "--no-data")
    assert said.code == 2
    assert said.err == f"error: {tmp_path} holds README.md already; name another folder\n"
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_simulate_tells_its_tables_as_json(leadlift, tmp_path):
    said = leadlift("simulate", "--customers", "50", "--months", "1", "--json", at=tmp_path)
    assert said.code == 0
    assert said.json["folder"] == str(tmp_path / "data")
    assert said.json["rows"]["customers"] >= 50


def test_simulate_lets_the_bank_live_on_without_other_words(leadlift, tmp_path):
    assert leadlift("simulate", "--customers", "50", "--months", "1", "--seed", "4", at=tmp_path).code == 0
    said = leadlift("simulate", "--advance", "60d", "--json", at=tmp_path)
    assert said.code == 0
    assert (said.json["end"], said.json["rows"]["balances"], said.json["lists"]) == ("2026-08-31", 150, [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seed", "1"], "--seed is for a new bank; with --advance the bank lives on as it was made"),
        ([], "holds no demo bank that can live on"),
    ],
)
def test_simulate_refuses_to_let_live_on_what_cannot(words, message, leadlift, tmp_path):
    said = leadlift("simulate", "--advance", "1m", *words, at=tmp_path)
    assert said.code == 2
    assert message in said.err


def test_check_of_a_sound_workspace_finds_nothing(leadlift, finished):
    said = leadlift("check", at=finished)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-2:] == [
        "my-bank: 5 sources, 24 features, 1 pipelines, 1 campaigns, 1 segmentations",
        "no faults",
    ]


def test_check_tells_every_broken_spec_at_once_with_exit_code_2(leadlift, starter):
    edit(starter / "feature_defs/behaviour.yaml", "agg: count, label", "agg: cuont, label")
    edit(starter / "pipelines/fund_purchase.yaml", "outcome: 90d", "outcome: 90 days")
    said = leadlift("check", at=starter)
    assert said.code == 2
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith(
        "feature_defs/behaviour.yaml:7: features.txn_count.agg: 'cuont' is not an aggregation."
    )
    assert second.startswith(
        "pipelines/fund_purchase.yaml:12: target.outcome: '90 days' is not a number of days."
    )


def test_check_of_data_that_breaks_its_contract_ends_with_exit_code_3(leadlift, starter):
    edit(starter / "leadlift.yaml", "allowed: [F, M, U]", "allowed: [F, M]")
    said = leadlift("check", at=starter)
    assert said.code == 3
    assert "leadlift.yaml:20: sources.customers.columns.gender.allowed:" in said.err
    assert "have another 'gender' than 'F' and 'M', such as 'U'" in said.err


def test_check_names_a_missing_file_at_its_line(leadlift, starter):
    (starter / "data/balances.parquet").unlink()
    said = leadlift("check", at=starter)
    assert said.code == 2
    assert "leadlift.yaml:46: sources.balances.path: no file matches 'data/balances.parquet' in" in said.err


def test_check_refuses_a_last_day_that_is_not_mature_with_the_last_that_is(leadlift, starter):
    edit(starter / "pipelines/fund_purchase.yaml", "from: 2025-06-30", "from: 2025-06-30\n  to: 2026-06-30")
    said = leadlift("check", at=starter)
    assert said.code == 2
    assert "pipelines/fund_purchase.yaml:8: population.to: 2026-06-30 is not mature:" in said.err
    # the last fund was opened on the last day of the data; the day after it ends, ninety days before that
    assert "Last mature day: 2026-04-0" in said.err


def test_a_folder_that_is_no_workspace_is_told_so(leadlift, tmp_path):
    for words in (["check"], ["train", "x"], ["score", "x", "--as-of", DAY], ["leads", "x", "--as-of", DAY]):
        said = leadlift(*words, at=tmp_path)
        assert said.code == 2, words
        assert "leadlift.yaml" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "fund_purchas"], "no pipeline 'fund_purchas'. Did you mean 'fund_purchase'?"),
        (["leads", "fund_cal", "--as-of", DAY], "no campaign 'fund_cal'. Did you mean 'fund_call'?"),
        (["features", "show", "agee"], "no feature 'agee'. Did you mean 'age'?"),
        (
            ["features", "sql", "age", "--dialect", "oracle"],
            "--dialect: 'oracle' is not one of duckdb, spark",
        ),
        (["features", "list", "--subject", "valu"], "no features of subject 'valu'. Did you mean 'value'?"),
        (["promote", "fund_purchase", "--version", "7"], "pipeline fund_purchase has no 7."),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_nearest(leadlift, finished, words, message):
    said = leadlift(*words, at=finished)
    assert said.code == 2
    assert message in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["features", "list"],
        ["features", "show", "spending_trend"],
        ["features", "build", "--as-of", DAY],
        ["doctor"],
        ["explain", "fund_purchase"],
        ["score", "fund_purchase", "--as-of", DAY],
        ["leads", "fund_call", "--as-of", DAY, "--replace"],
    ],
    ids=" ".join,
)
def test_with_json_standard_output_is_json_and_nothing_else(leadlift, bank_of_all, words):
    said = leadlift(*words, "--json", at=bank_of_all)
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)


def test_training_and_promoting_is_one_json_document_also_when_a_gate_says_no(leadlift, bank):
    said = leadlift("train", "fund_purchase", "--promote", "--json", at=bank)
    assert (said.code, said.err) == (0, "fund_purchase: version 2 is the champion\n")
    assert (said.json["version"], said.json["promotion"]["version"]) == (2, 2)
    edit(bank / "pipelines/fund_purchase.yaml", "min_positives: 20", "min_positives: 5000")
    said = leadlift("train", "fund_purchase", "--promote", "--json", at=bank)
    assert said.code == 3
    assert "positives: failed" in said.err
    assert (said.json["version"], said.json["promotion"]) == (3, None)


def test_a_check_and_a_watch_that_say_no_are_one_json_document_too(leadlift, bank):
    said = leadlift("monitor", "--json", at=bank)
    assert said.code in (0, 3)
    assert [one["pipeline"] for one in said.json["watched"]] == ["fund_purchase"]
    edit(bank / "leadlift.yaml", "allowed: [F, M, U]", "allowed: [F, M]")
    said = leadlift("check", "--json", at=bank)
    assert said.code == 3
    assert said.json


def test_a_list_that_is_there_is_told_once_more_and_never_touched(leadlift, bank):
    folder = bank / "leads" / "fund_call" / DAY
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said = leadlift("leads", "fund_call", "--as-of", DAY, "--once", "--json", at=bank)
    assert (said.code, said.err) == (0, "")
    assert said.json["list_id"] == json.loads((folder / "manifest.json").read_text("utf-8"))["list_id"]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert leadlift("leads", "fund_call", "--as-of", DAY, at=bank).code == 2
    said = leadlift("leads", "fund_call", "--as-of", DAY, "--once", "--replace", at=bank)
    assert (said.code, "give one of them" in said.err) == (2, True)
    (folder / "leads.csv").write_text("rank\n", encoding="utf-8")
    said = leadlift("leads", "fund_call", "--as-of", DAY, "--once", at=bank)
    assert said.code == 2
    assert "leads.csv is missing or not the file that was written" in said.err


@pytest.fixture(scope="module")
def bank_of_all(finished, tmp_path_factory) -> Path:
    """One copy for the commands that only add to a workspace."""
    from ..workspaces import copied

    return copied(finished, tmp_path_factory.mktemp("json") / "bank")


def test_doctor_of_a_sound_workspace_ends_well(leadlift, finished):
    said = leadlift("doctor", at=finished)
    assert said.code == 0
    assert said.out.endswith("all is well\n")


def test_doctor_says_how_to_mend_what_is_wrong(leadlift, tmp_path):
    said = leadlift("doctor", at=tmp_path)
    assert said.code == 2
    assert "Go to a workspace, or: leadlift init DIR" in said.err


def test_features_are_listed_shown_and_compiled(leadlift, finished):
    assert leadlift("features", "list", at=finished).out.splitlines()[-1] == "24 features"
    shown = leadlift("features", "show", "spending_trend", at=finished).out
    assert "used by: fund_purchase" in shown
    assert "transactions.amount" in shown
    compiled = leadlift("features", "sql", "age", "--dialect", "spark", at=finished).out
    assert "SELECT" in compiled


def test_the_features_of_a_protected_column_are_marked_in_the_list(leadlift, starter):
    edit(
        starter / "feature_defs/attributes.yaml",
        "  region: {",
        "  sex: {agg: value, of: gender}\n  region: {",
    )
    rows = leadlift("features", "list", "--json", at=starter).json
    assert [(row["feature"], row["kept out"]) for row in rows if row["kept out"]] == [("sex", "protected")]


def test_schemas_are_written_for_every_kind_of_file(leadlift, tmp_path):
    said = leadlift("schema", "--out", str(tmp_path / "s"))
    assert said.code == 0
    written = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "s").iterdir()}
    assert set(written) == {
        f"{kind}.schema.json" for kind in ("leadlift", "features", "pipeline", "campaign", "segment")
    }
    assert all(schema["type"] == "object" for schema in written.values())


def test_the_ui_refuses_a_store_that_is_a_server_already(leadlift, starter):
    edit(starter / "leadlift.yaml", "timezone: UTC", "tracking_uri: http://localhost:1\ntimezone: UTC")
    said = leadlift("ui", at=starter)
    assert said.code == 2
    assert "is a server" in said.err
