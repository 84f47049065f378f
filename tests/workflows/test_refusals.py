"""What the verbs refuse, and that they say why; and what a second run does to the first."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadlift.leads import held_out
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

DAY = "2026-06-30"
SCORE = ("score", "fund_purchase", "--as-of", DAY)
LEADS = ("leads", "fund_call", "--as-of", DAY)
TIMED = "scoring.microseconds"


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def versions(folder: Path) -> list[tuple[int, tuple[str, ...]]]:
    tracker = tracker_of(open_workspace(folder))
    return [(one.version, one.aliases) for one in tracker.history("fund_purchase")]


def test_nothing_can_be_scored_promoted_or_explained_before_it_is_trained(leadlift, starter):
    said = leadlift(*SCORE, at=starter)
    assert said.code == 2
    assert said.err == (
        "error: pipeline fund_purchase has no champion yet. "
        "Run `leadlift train fund_purchase`, then `leadlift promote fund_purchase`\n"
    )
    said = leadlift("promote", "fund_purchase", at=starter)
    assert said.code == 2
    assert "Run `leadlift train fund_purchase` first" in said.err
    assert leadlift("explain", "fund_purchase", at=starter).code == 2


def test_leads_without_scores_say_what_to_run(leadlift, bank):
    said = leadlift("leads", "fund_call", "--as-of", "2026-05-31", at=bank)
    assert said.code == 2
    assert "Run `leadlift score fund_purchase --as-of 2026-05-31`" in said.err
    assert not (bank / "leads/fund_call/2026-05-31").exists()


def test_a_list_is_immutable(leadlift, bank):
    before = sorted((path, path.read_bytes()) for path in (bank / "leads").rglob("*.*") if path.is_file())
    said = leadlift(*LEADS, at=bank)
    assert said.code == 2
    assert "holds a lead list already, and a list is immutable" in said.err
    assert before == sorted(
        (path, path.read_bytes()) for path in (bank / "leads").rglob("*.*") if path.is_file()
    )


def test_replace_keeps_every_older_list_beside_the_new_one(leadlift, bank):
    first = (bank / "leads/fund_call" / DAY / "leads.csv").read_bytes()
    spec = bank / "pipelines/campaigns/fund_call.yaml"
    for size in ("60", "40"):
        edit(spec, "size: 100" if size == "60" else "size: 60", f"size: {size}")
        assert leadlift(*LEADS, "--replace", at=bank).code == 0
    folder = bank / "leads/fund_call"
    rows = {path.name: pq.read_table(path / "leads.parquet").num_rows for path in folder.iterdir()}
    assert rows == {f"{DAY}.replaced-1": 100, f"{DAY}.replaced-2": 60, DAY: 40}
    assert (folder / f"{DAY}.replaced-1" / "leads.csv").read_bytes() == first
    ids = {json.loads((path / "manifest.json").read_text("utf-8"))["list_id"] for path in folder.iterdir()}
    assert len(ids) == 3


def test_the_same_facts_give_the_same_list(leadlift, bank):
    assert leadlift(*LEADS, "--replace", at=bank).code == 0
    new, old = (bank / "leads/fund_call" / name for name in (DAY, f"{DAY}.replaced-1"))
    for name in ("leads.csv", "leads.parquet", "waterfall.csv"):
        assert (new / name).read_bytes() == (old / name).read_bytes()


def test_scores_changed_by_one_byte_are_refused(leadlift, bank):
    path = bank / "scores/fund_purchase" / DAY / "scores.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    said = leadlift(*LEADS, "--replace", at=bank)
    assert said.code == 2
    assert "scores.parquet is missing or not the file that was written. Run `leadlift score" in said.err
    assert leadlift(*SCORE, at=bank).code == 0
    assert leadlift(*LEADS, "--replace", at=bank).code == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"files": 3}', '{"files": {}}', '{"files": {"x": 1}}']
)
def test_a_manifest_that_is_none_is_refused_without_a_traceback(leadlift, bank, text):
    (bank / "scores/fund_purchase" / DAY / "manifest.json").write_text(text, encoding="utf-8")
    said = leadlift(*LEADS, "--replace", at=bank)
    assert said.code == 2
    assert "is not a manifest" in said.err


def test_a_feature_that_changed_after_training_is_refused_by_its_name(leadlift, bank):
    edit(
        bank / "feature_defs/behaviour.yaml",
        "sum, of: amount, where: amount > 0",
        "sum, of: amount, where: amount > 1",
    )
    said = leadlift(*SCORE, at=bank)
    assert said.code == 2
    assert said.err == (
        "error: my-bank.fund_purchase v1 was trained on other features than today's: inflow_30d, inflow_90d changed. "
        "Restore the definitions, or train and promote a new version\n"
    )


def test_a_feature_that_is_gone_is_refused_by_its_name(leadlift, bank):
    text = (bank / "feature_defs/needs.yaml").read_text("utf-8").splitlines()
    kept = [line for line in text if "products:" not in line]
    (bank / "feature_defs/needs.yaml").write_text("\n".join(kept), encoding="utf-8")
    said = leadlift(*SCORE, at=bank)
    assert said.code == 2
    assert "products gone" in said.err


def test_other_words_for_a_feature_do_not_make_it_another_one(leadlift, bank):
    edit(bank / "feature_defs/behaviour.yaml", "label: money received", "label: income")
    assert leadlift(*SCORE, at=bank).code == 0


def test_a_day_far_beyond_the_data_is_refused(leadlift, bank):
    said = leadlift("score", "fund_purchase", "--as-of", "2026-09-30", at=bank)
    assert said.code == 2
    assert "--as-of 2026-09-30: the data ends on 2026-06-30, more than a month before" in said.err


def test_training_up_to_a_day_that_is_not_mature_is_refused(leadlift, starter):
    edit(starter / "pipelines/fund_purchase.yaml", "from: 2025-06-30", "from: 2025-06-30\n  to: 2026-05-31")
    said = leadlift("train", "fund_purchase", at=starter)
    assert said.code == 2
    assert "population.to: 2026-05-31 is not mature" in said.err
    assert "Last mature day: 2026-04-0" in said.err


def same_trees_and_same_numbers(folder: Path) -> None:
    """The same data and seed give the same model."""
    tracker = tracker_of(open_workspace(folder))
    first, second = (
        tracker.download(one, folder / f"v{one.version}") for one in tracker.history("fund_purchase")
    )
    assert (first / "model.txt").read_bytes() == (second / "model.txt").read_bytes()
    # the second was held against the first as well
    metrics = [
        {name: value for name, value in run.metrics.items() if "champion" not in name and name != TIMED}
        for run in tracker.runs("fund_purchase", "train")
    ]
    assert metrics[0] == metrics[1]


def test_training_again_makes_version_2_of_the_same_model_and_promoting_it_replaces_1(leadlift, bank):
    said = leadlift("train", "fund_purchase", "--json", at=bank)
    assert (said.code, said.err) == (0, "")
    assert said.json["version"] == 2
    assert versions(bank) == [(2, (CHALLENGER,)), (1, (CHAMPION,))]
    same_trees_and_same_numbers(bank)
    said = leadlift("promote", "fund_purchase", "--json", at=bank)
    assert said.code == 0
    assert (said.json["version"], said.json["replaced"]) == (2, 1)
    assert versions(bank) == [(2, (CHAMPION,)), (1, ())]
    said = leadlift("promote", "fund_purchase", "--version", "2", at=bank)
    assert said.code == 2
    assert "is the champion already" in said.err


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ("min_auc: 0.999", "  auc: failed: AUC 0."),
        ("max_auc: 0.51", "  auc: too good to be true: AUC 0."),
        ("min_positives: 5000", "  positives: failed: responders in the test "),
        ("min_lift_at_10: 9.99", "  lift_at_10: failed: lift@10 "),
        ("max_calibration_error: 0.000001", "  calibration_error: failed: calibration error "),
        ("beats_baseline: surely", "  beats_scorecard: failed: as good as the points scorecard: lift@10 "),
    ],
)
def test_a_gate_that_says_no_is_named_with_its_limit(leadlift, unpromoted, gate, told):
    edit(unpromoted / "pipelines/fund_purchase.yaml", GATES, f"gates: {{{gate}}}")
    try:
        said = leadlift("promote", "fund_purchase", at=unpromoted)
    finally:
        edit(unpromoted / "pipelines/fund_purchase.yaml", f"gates: {{{gate}}}", GATES)
    assert said.code == 3
    assert said.err.startswith("my-bank.fund_purchase v1 is not promoted: ")
    assert "gates say no\n" in said.err
    assert told in said.err
    if not gate.endswith("surely"):
        limit = float(gate.split(": ")[1])
        assert f", at {'most' if gate.startswith('max') else 'least'} {limit:g}" in said.err
    assert CHAMPION not in str(versions(unpromoted))


GATES = "gates: {min_auc: 0.55, min_positives: 20}"


@pytest.fixture(scope="module")
def unpromoted(finished, tmp_path_factory) -> Path:
    """A copy whose only version is a challenger still."""
    import sqlite3
    from contextlib import closing

    from ..workspaces import copied

    folder = copied(finished, tmp_path_factory.mktemp("gates") / "bank")
    with closing(sqlite3.connect(folder / "mlruns/mlflow.db")) as store, store:
        store.execute("update registered_model_aliases set alias = 'challenger'")
    return folder


def test_a_list_with_nobody_on_it_is_a_gates_no_and_the_rules_are_told(leadlift, bank):
    edit(bank / "pipelines/campaigns/fund_call.yaml", "eligible: age >= 18", "eligible: age >= 180")
    said = leadlift(*LEADS, "--replace", at=bank)
    assert said.code == 3
    assert "campaign fund_call: nobody is left of" in said.err
    assert "consent removed" in said.err
    assert "eligible removed" in said.err
    assert (bank / "leads/fund_call" / DAY / "leads.csv").is_file()


def test_other_customers_give_another_list_id_and_no_removed_one_is_on_it(leadlift, bank):
    old = json.loads((bank / "leads/fund_call" / DAY / "manifest.json").read_text("utf-8"))["list_id"]
    spec = bank / "pipelines/campaigns/fund_call.yaml"
    edit(
        spec,
        "size: 100",
        "exclude:\n  - {rule: rich, where: assets > 50000}\nexport: {columns: [assets]}\nsize: 100",
    )
    said = leadlift(*LEADS, "--replace", "--json", at=bank)
    assert said.code == 0
    assert said.json["list_id"] != old
    table = pq.read_table(bank / "leads/fund_call" / DAY / "leads.parquet")
    assert max(value for value in table["assets"].to_pylist() if value is not None) <= 50_000
    rules = [row["rule"] for row in said.json["waterfall"]]
    assert rules == ["scored", "consent", "eligible", "rich", "holdout", "min_probability", "size"]


def test_nobody_of_the_holdout_is_on_any_list_however_long(leadlift, bank):
    edit(bank / "leadlift.yaml", "holdout: {share: 0.02", "holdout: {share: 0.3")
    edit(bank / "pipelines/campaigns/fund_call.yaml", "size: 100", "size: 100000")
    assert leadlift(*LEADS, "--replace", at=bank).code == 0
    listed = pq.read_table(bank / "leads/fund_call" / DAY / "leads.parquet")["customer_id"]
    assert len(listed) > 200
    assert not held_out(listed, open_workspace(bank).file.holdout).any()


def test_a_protected_column_cannot_be_shown_on_a_list(leadlift, bank):
    edit(bank / "feature_defs/attributes.yaml", "  region: {", "  sex: {agg: value, of: gender}\n  region: {")
    edit(bank / "pipelines/campaigns/fund_call.yaml", "size: 100", "size: 100\nexport: {columns: [sex]}")
    said = leadlift(*LEADS, "--replace", at=bank)
    assert said.code == 2
    assert "pipelines/campaigns/fund_call.yaml:9: export.columns[0]: feature 'sex'" in said.err
    assert "is protected: it may not leave in a lead file" in said.err


def test_tuned_parameters_are_used_by_the_next_training(leadlift, bank):
    said = leadlift("tune", "fund_purchase", "--trials", "2", "--json", at=bank)
    assert (said.code, said.err) == (0, "")
    assert said.json["trials"] == 2
    more = leadlift("tune", "fund_purchase", "--trials", "3", "--json", at=bank).json
    assert (more["study"], more["earlier"], more["trials"]) == (said.json["study"], 2, 3)
    trained = leadlift("train", "fund_purchase", "--json", at=bank).json
    assert trained["tuned_by"] == more["run_id"]
    run = tracker_of(open_workspace(bank)).runs("fund_purchase", "train")[0]
    for name, value in more["params"].items():
        assert float(run.params[f"param.{name}"]) == pytest.approx(float(value))


def test_one_customer_is_explained_as_scored_and_a_stranger_is_told(leadlift, bank):
    lead = pq.read_table(bank / "leads/fund_call" / DAY / "leads.parquet").to_pylist()[0]
    words = ("explain", "fund_purchase", "--as-of", DAY, "--customer")
    told = leadlift(*words, lead["customer_id"], "--json", at=bank).json
    assert told["probability"] == lead["probability"]
    assert (told["percentile"], told["band"]) == (lead["percentile"], lead["band"])
    assert told["reasons"][0]["sentence"] == lead["reason_1"]
    said = leadlift(*words, "nobody", at=bank)
    assert said.code == 2
    assert "no customer 'nobody' as of 2026-06-30" in said.err
