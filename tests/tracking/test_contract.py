"""What every tracker must do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlift.errors import UserError
from leadlift.tracking import DataSet

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def trained(tracker, booster, model_folder, pipeline="deposits"):
    """Train and register one version."""
    with tracker.run(pipeline, "train", "first") as run:
        run.model(booster, model_folder, ["age", "balance"])
    return tracker.register(run.id, pipeline, {"as_of": "2026-06-30"})


def promoted(tracker, version, why="beats the baseline", when=NOON):
    return tracker.promote("deposits", version, who="ann", when=when, why=why, gates={"auc": "0.74 >= 0.70"})


def test_a_run_keeps_what_was_written(tracker):
    with tracker.run("deposits", "train", "first", {"population": "adults"}) as run:
        run.params({"num_leaves": 31, "objective": "binary"})
        run.metrics({"oot.auc": 0.74, "oot.lift_at_10": 3.1})
    (record,) = tracker.runs("deposits")
    assert (record.id, record.name, record.stage, record.status) == (run.id, "first", "train", "FINISHED")
    assert record.params == {"num_leaves": "31", "objective": "binary"}
    assert record.metrics == {"oot.auc": 0.74, "oot.lift_at_10": 3.1}
    assert record.tags["population"] == "adults"
    assert record.started <= record.ended
    assert "leadlift.pid" not in record.tags


def test_more_metrics_params_and_tags_than_one_request_takes(tracker):
    with tracker.run("deposits", "train", "wide") as run:
        run.metrics({f"m{i}": float(i) for i in range(1201)})
        run.params({f"p{i}": i for i in range(205)})
        run.tags({f"t{i}": str(i) for i in range(205)})
    (record,) = tracker.runs("deposits")
    assert (len(record.metrics), len(record.params), record.tags["t204"]) == (1201, 205, "204")


def test_a_number_that_is_none_is_left_out(tracker):
    with tracker.run("deposits", "train", "odd") as run:
        run.metrics({"auc": float("nan"), "lift": float("inf"), "ks": 0.4})
    assert tracker.runs("deposits")[0].metrics == {"ks": 0.4}


def test_numbers_have_the_digits_that_a_reader_needs(tracker):
    with tracker.run("deposits", "train", "long") as run:
        run.metrics({"auc": 0.7213348180722379, "rows": 1_234_567.0, "rate": 0.00012345678})
    assert tracker.runs("deposits")[0].metrics == {"auc": 0.721335, "rows": 1_234_567.0, "rate": 0.000123457}


def test_a_long_setting_and_a_long_note_are_cut_not_refused(tracker):
    with tracker.run("deposits", "train", "long") as run:
        run.params({"features": "x" * 10_000})
        run.note("a line of the note\n" * 1_000)
    assert tracker.runs("deposits")[0].params["features"] == "x" * 6_000


def test_files_come_back_as_they_were_written(tracker, tmp_path):
    local = tmp_path / "leads.csv"
    local.write_bytes(b"a,b\n")
    with tracker.run("deposits", "train", "files") as run:
        run.text("specs/pipeline.yaml", "name: 定期存款\n")
        run.json("gates.json", {"auc": 0.74, "when": NOON})
        run.data("plots/gains.png", b"\x89PNG")
        run.data("top.bin", b"\x00")
        run.table("tables/deciles.csv", [{"decile": 1, "lift": 3.1}, {"decile": 2, "lift": None}])
        run.file(local, "out")
        run.dataset(DataSet("training", "a1b2" * 16, "data/*.parquet", columns={"age": "long"}, rows=10))
    written = {
        "specs/pipeline.yaml": "name: 定期存款\n".encode(),
        "gates.json": b'{\n  "auc": 0.74,\n  "when": "2026-07-01 12:00:00+00:00"\n}\n',
        "plots/gains.png": b"\x89PNG",
        "top.bin": b"\x00",
        "tables/deciles.csv": b"decile,lift\n1,3.1\n2,\n",
        "out/leads.csv": b"a,b\n",
    }
    assert {path: tracker.artifact(run.id, path) for path in written} == written


def test_a_file_that_is_not_there_is_the_users_to_mend(tracker):
    with tracker.run("deposits", "train", "empty") as run:
        pass
    with pytest.raises(UserError, match=r"no file 'nothing\.txt'"):
        tracker.artifact(run.id, "nothing.txt")


def test_an_error_fails_the_run_and_an_interruption_kills_it(tracker):
    with pytest.raises(KeyError), tracker.run("deposits", "train", "bad"):
        raise KeyError("balance")
    with pytest.raises(KeyboardInterrupt), tracker.run("deposits", "train", "stopped"):
        raise KeyboardInterrupt
    stopped, bad = tracker.runs("deposits")
    assert (bad.status, stopped.status) == ("FAILED", "KILLED")
    assert bad.tags["leadlift.error"] == "KeyError: 'balance'"


def test_runs_are_newest_first_and_kept_apart_by_pipeline_and_stage(tracker):
    where_run = {"1": ("a", "tune"), "2": ("a", "train"), "3": ("b", "train"), "4": ("a", "train")}
    for name, where in where_run.items():
        with tracker.run(*where, name):
            pass
    assert [record.name for record in tracker.runs("a")] == ["4", "2", "1"]
    assert [record.name for record in tracker.runs("a", "train")] == ["4", "2"]
    assert tracker.runs("unheard of") == []


def test_a_stage_that_leadlift_does_not_have_is_refused(tracker):
    with pytest.raises(ValueError, match="'training' is not a stage"), tracker.run("a", "training", "x"):
        pass


def test_a_registered_model_is_challenger_and_its_files_come_back(tracker, booster, model_folder, tmp_path):
    version = trained(tracker, booster, model_folder)
    assert (version.name, version.version, version.aliases) == ("bank.deposits", 1, ("challenger",))
    assert version.tags["as_of"] == "2026-06-30"
    back = tracker.download(version, tmp_path / "back")
    files = {path.name: path.read_bytes() for path in back.iterdir()}
    assert files == {path.name: path.read_bytes() for path in model_folder.iterdir()}


def test_a_run_that_goes_on_or_has_no_model_cannot_be_registered(tracker, booster, model_folder):
    with tracker.run("deposits", "train", "bare") as bare:
        pass
    with tracker.run("deposits", "train", "going on") as going_on:
        going_on.model(booster, model_folder, ["age", "balance"])
        with pytest.raises(ValueError, match=going_on.id):
            tracker.register(going_on.id, "deposits")
    with pytest.raises(ValueError, match=bare.id):
        tracker.register(bare.id, "deposits")
    assert tracker.history("deposits") == []


def test_versions_are_found_by_alias_and_by_number(tracker, booster, model_folder):
    for _ in range(2):
        trained(tracker, booster, model_folder)
    promoted(tracker, 1)
    assert tracker.version("deposits", "champion").version == 1
    assert tracker.version("deposits", "challenger").version == 2
    assert tracker.version("deposits", "2").version == 2
    assert [tracker.version("deposits", name) for name in ("3", "holder")] == [None, None]
    assert tracker.version("unheard of", "champion") is None
    assert [version.version for version in tracker.history("deposits")] == [2, 1]


def test_a_promoted_version_is_champion_and_no_longer_challenger(tracker, booster, model_folder):
    trained(tracker, booster, model_folder)
    assert promoted(tracker, 1).aliases == ("champion",)
    assert tracker.version("deposits", "challenger") is None


def test_every_promotion_is_remembered_also_going_back(tracker, booster, model_folder):
    for _ in range(2):
        trained(tracker, booster, model_folder)
    for version, why in [(1, "first"), (2, "better: 更好"), (1, "back again")]:
        promoted(tracker, version, why)
    told = [(line.version, line.replaced, line.why) for line in tracker.promotions("deposits")]
    assert told == [(1, None, "first"), (2, 1, "better: 更好"), (1, 2, "back again")]
    line = tracker.promotions("deposits")[0]
    assert (line.who, line.when, line.gates) == ("ann", NOON, {"auc": "0.74 >= 0.70"})


def test_promoting_a_version_that_is_not_there_lists_those_that_are(tracker, booster, model_folder):
    trained(tracker, booster, model_folder)
    with pytest.raises(UserError, match="there is no version 7; there are: 1"):
        promoted(tracker, 7)
    assert tracker.promotions("deposits") == []
