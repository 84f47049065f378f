"""What a day's work leaves behind: scores, lead files, runs and models, held against each other and the data."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.explain import reason_codes
from leadlift.features import Home
from leadlift.leads import held_out
from leadlift.models import contributions
from leadlift.names import CHAMPION
from leadlift.progress import SILENT
from leadlift.specs import Workspace, open_workspace
from leadlift.tracking import Tracker
from leadlift.workflows.champion import Loaded, champion
from leadlift.workflows.reasons import explained, in_order, phrases
from leadlift.workflows.score import eligible_query
from leadlift.workflows.session import opened, tracker_of

DAY = date(2026, 6, 30)
SCORES, LEADS = f"scores/fund_purchase/{DAY}", f"leads/fund_call/{DAY}"


@pytest.fixture(scope="module")
def ws(finished: Path) -> Workspace:
    return open_workspace(finished)


@pytest.fixture(scope="module")
def tracker(ws: Workspace) -> Tracker:
    return tracker_of(ws)


@pytest.fixture(scope="module")
def loaded(ws: Workspace, tracker: Tracker) -> Loaded:
    return champion(ws, tracker, "fund_purchase")


@pytest.fixture(scope="module")
def home(ws: Workspace) -> Iterator[Home]:
    with opened(ws) as home:
        yield home


@pytest.fixture(scope="module")
def rows(ws: Workspace, loaded: Loaded, home: Home) -> pa.Table:
    """The features of everyone eligible on the day, in memory."""
    query, _ = eligible_query(ws, ws.pipeline("fund_purchase"), loaded, home, DAY, SILENT)
    return home.engine.table(query).sort_by("customer_id")


@pytest.fixture(scope="module")
def scores(finished: Path) -> pa.Table:
    return pq.read_table(finished / SCORES / "scores.parquet")


@pytest.fixture(scope="module")
def leads(finished: Path) -> pa.Table:
    return pq.read_table(finished / LEADS / "leads.parquet")


def test_everyone_eligible_has_exactly_one_score(finished, scores):
    # the population told again in plain SQL: customers of the day who hold no fund, as the bank knew it
    with duckdb.connect() as engine:
        known = engine.sql(f"""
            with customers as (
                select distinct customer_id from '{finished}/data/customers.parquet'
                where valid_from < '{DAY}' and (valid_to is null or valid_to >= '{DAY}')
            ), funds as (
                select customer_id from '{finished}/data/holdings.parquet'
                where product = 'fund' and opened_on < '{DAY}' and (closed_on is null or closed_on >= '{DAY}')
            )
            select customer_id from customers where customer_id not in (select customer_id from funds)
        """).fetchall()
    assert scores["customer_id"].to_pylist() == sorted(customer for (customer,) in known)


def test_scoring_by_stream_equals_scoring_in_memory_to_the_last_bit(loaded, rows, scores):
    whole = loaded.model.predict(rows)
    assert scores["score"].to_numpy().tobytes() == whole.score.tobytes()
    assert scores["probability"].to_numpy().tobytes() == whole.probability.tobytes()
    assert scores["percentile"].to_pylist() == whole.percentile.tolist()
    assert scores["band"].to_pylist() == whole.band.tolist()


def test_batches_of_any_size_give_the_same_scores(loaded, rows, scores):
    room = np.empty((97, len(loaded.model.encoding.features)), dtype=np.float32)
    parts = [loaded.model.predict(part, room).score.copy() for part in rows.to_batches(max_chunksize=97)]
    assert np.concatenate(parts).tobytes() == scores["score"].to_numpy().tobytes()


def test_ranks_go_by_score_and_of_equal_scores_by_customer(scores):
    by_rank = sorted(scores.select(["rank", "score", "customer_id"]).to_pylist(), key=lambda row: row["rank"])
    assert [row["rank"] for row in by_rank] == list(range(1, scores.num_rows + 1))
    assert by_rank == sorted(by_rank, key=lambda row: (-row["score"], row["customer_id"]))


def test_the_scores_are_those_of_the_model_as_mlflow_loads_it(finished, loaded, rows, scores):
    import mlflow

    with closing(sqlite3.connect(finished / "mlruns" / "mlflow.db")) as store:
        ((source,),) = store.execute("select source from model_versions").fetchall()
    booster = mlflow.lightgbm.load_model(source)
    assert (
        booster.predict(loaded.model.encoding.encode(rows)).tobytes() == scores["score"].to_numpy().tobytes()
    )


def test_the_manifest_of_the_scores_counts_what_is_there(finished, scores, loaded):
    told = json.loads((finished / SCORES / "manifest.json").read_text("utf-8"))
    bands = scores["band"].to_pylist()
    assert told["customers"] == scores.num_rows
    assert told["bands"] == {band: bands.count(band) for band in "ABCDE"}
    assert told["expected_responders"] == round(float(scores["probability"].to_numpy().sum()), 2)
    assert (told["model"], told["version"], told["as_of"]) == ("my-bank.fund_purchase", 1, str(DAY))
    assert told["run_id"] == loaded.version.run_id
    assert set(told["sources"]) == {"customers", "transactions", "balances", "holdings", "consents"}


@pytest.mark.parametrize("folder", [SCORES, LEADS])
def test_a_manifest_holds_the_sha256_of_every_file_beside_it(finished, folder):
    told = json.loads((finished / folder / "manifest.json").read_text("utf-8"))["files"]
    files = [path for path in (finished / folder).rglob("*") if path.is_file()]
    there = {path.relative_to(finished / folder).as_posix() for path in files} - {"manifest.json"}
    assert set(told) == there
    for name, facts in told.items():
        content = (finished / folder / name).read_bytes()
        assert facts == {"sha256": sha256(content).hexdigest(), "bytes": len(content)}


def test_the_leads_are_the_best_of_those_who_may_be_called(finished, ws, scores, leads):
    with duckdb.connect() as engine:
        agreed = {
            customer
            for (customer,) in engine.sql(f"""
                select customer_id from '{finished}/data/consents.parquet' where channel = 'call'
                and given_on < '{DAY}' and (withdrawn_on is null or withdrawn_on >= '{DAY}')
            """).fetchall()
        }
        grown_up = {
            customer
            for (customer,) in engine.sql(f"""
                select customer_id from '{finished}/data/customers.parquet'
                where valid_to is null and birth_date <= date '{DAY}' - interval 18 year
            """).fetchall()
        }
    out = held_out(scores["customer_id"], ws.file.holdout)
    may = [
        (-row["probability"], -row["score"], row["customer_id"])
        for row, held in zip(scores.to_pylist(), out, strict=True)
        if row["customer_id"] in agreed & grown_up and not held
    ]
    assert leads["customer_id"].to_pylist() == [customer for _, _, customer in sorted(may)[:100]]


def test_ranks_are_unique_and_customers_stand_once(leads):
    assert leads["rank"].to_pylist() == list(range(1, 101))
    assert len(set(leads["customer_id"].to_pylist())) == 100


def test_the_leads_quote_their_scores(scores, leads):
    told = {row["customer_id"]: row for row in scores.to_pylist()}
    for lead in leads.to_pylist():
        for name in ("probability", "percentile", "band"):
            assert lead[name] == told[lead["customer_id"]][name]


def test_csv_parquet_and_workbook_hold_the_same_leads(finished, leads):
    with (finished / LEADS / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        from_csv = [row["customer_id"] for row in csv.DictReader(file)]
    sheet = openpyxl.load_workbook(finished / LEADS / "leads.xlsx")["Leads"]
    from_sheet = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert from_csv == from_sheet == leads["customer_id"].to_pylist()
    assert all(customer.startswith("0") and len(customer) == 8 for customer in from_csv)


def test_the_waterfall_adds_up_from_everyone_scored_to_the_list(finished, scores, leads):
    with (finished / LEADS / "waterfall.csv").open(encoding="utf-8", newline="") as file:
        steps = [(row["rule"], int(row["removed"]), int(row["left"])) for row in csv.DictReader(file)]
    assert [rule for rule, _, _ in steps] == [
        "scored",
        "consent",
        "eligible",
        "holdout",
        "min_probability",
        "size",
    ]
    assert steps[0] == ("scored", 0, scores.num_rows)
    for (_, _, before), (_, removed, left) in pairwise(steps):
        assert before - removed == left
    assert steps[-1][2] == leads.num_rows


def test_every_reason_points_the_way_the_score_went(loaded, rows, leads):
    mine = in_order(
        rows.filter(pa.compute.is_in(rows["customer_id"], leads["customer_id"])), leads["customer_id"]
    )
    matrix = loaded.model.encoding.encode(mine)
    drivers = loaded.model.contributions(matrix)
    names = loaded.model.encoding.features
    told = reason_codes(drivers, mine.select(names), names, phrases(loaded.features), loaded.typical)
    for place, (lead, reasons) in enumerate(zip(leads.to_pylist(), told, strict=True)):
        above = drivers[place, :-1].sum() > 0
        assert 1 <= len(reasons) <= 3
        assert all((reason.contribution > 0) == above for reason in reasons), lead["customer_id"]
        assert [lead[f"reason_{n}"] for n in range(1, len(reasons) + 1)] == [one.sentence for one in reasons]
        strengths = [abs(reason.contribution) for reason in reasons]
        assert strengths == sorted(strengths, reverse=True)


def test_leads_are_told_the_same_whoever_explains_and_the_manifest_says_who(
    finished, loaded, rows, leads, monkeypatch
):
    manifest = json.loads((finished / LEADS / "manifest.json").read_text())
    assert manifest["explainer"] in ("lightgbm", "compiled")
    wanted = [[one for one in (lead[f"reason_{n}"] for n in (1, 2, 3)) if one] for lead in leads.to_pylist()]
    mine = in_order(
        rows.filter(pa.compute.is_in(rows["customer_id"], leads["customer_id"])), leads["customer_id"]
    )
    for repays, name in ((0.0, "compiled"), (1e9, "lightgbm")):
        monkeypatch.setattr(contributions, "REPAYS", repays)
        told = explained(loaded, mine, SILENT)
        assert told.explainer == name, told.because
        assert [[reason.sentence for reason in reasons] for reasons in told.reasons] == wanted


def test_the_contributions_of_a_lead_add_up_to_its_log_odds(loaded, rows):
    matrix = loaded.model.encoding.encode(rows)
    chance = loaded.model.raw(matrix)
    assert loaded.model.contributions(matrix).sum(axis=1) == pytest.approx(
        np.log(chance / (1 - chance)), abs=1e-6
    )


def test_the_model_never_learned_from_what_was_excluded_or_hidden(loaded):
    assert set(loaded.model.encoding.features) & {"has_fund", "consent_call", "gender", "birth_date"} == set()


def test_each_stage_has_one_finished_run_and_none_is_left_running(tracker):
    runs = tracker.runs("fund_purchase")
    assert [run.stage for run in reversed(runs)] == ["train", "score", "leads"]
    assert {run.status for run in runs} == {"FINISHED"}


def test_the_training_run_holds_all_that_a_reviewer_needs(ws, tracker, loaded):
    run = tracker.runs("fund_purchase", "train")[0]
    for name, document in ws.documents.items():
        assert tracker.artifact(run.id, f"specs/{name}").decode() == document.text
    for path in (
        "model_card.html", "model_card.md", "tables/features.csv", "tables/deciles.csv", "tables/importance.csv",
        "tables/baseline_coefficients.csv", "plots/gains.svg", "plots/reliability.svg",
    ):  # fmt: skip
        assert tracker.artifact(run.id, path), path
    assert {"oot.auc", "oot.auc.low", "oot.lift_at_10", "baseline.oot.auc", "train.auc"} <= set(run.metrics)
    assert loaded.version.run_id == run.id


def test_the_promotion_says_who_and_why(tracker):
    (promotion,) = tracker.promotions("fund_purchase")
    assert (promotion.version, promotion.who, promotion.why) == (1, "tester", "the tests say so")
    assert tracker.version("fund_purchase", CHAMPION).version == 1


def texts_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file that reads as text, and the strings that a database holds."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as store:
                yield path, "\n".join(store.iterdump())
        elif path.is_file() and path.suffix not in (".png", ".parquet", ".xlsx"):
            yield path, path.read_text("utf-8")


def test_no_customer_is_found_in_what_mlflow_keeps_nor_in_manifests(finished):
    with duckdb.connect() as engine:
        facts = engine.sql(f"""
            select distinct customer_id, name, birth_date::text from '{finished}/data/customers.parquet'
        """).fetchall()
    ids, names, births = ({row[place] for row in facts} for place in range(3))
    kept = [
        *texts_of(finished / "mlruns"),
        *((path, path.read_text("utf-8")) for path in finished.rglob("manifest.json")),
    ]
    assert len(kept) > 20
    for path, text in kept:
        words = set(
            text.replace('"', " ")
            .replace("'", " ")
            .replace(",", " ")
            .replace("<", " ")
            .replace(">", " ")
            .split()
        )
        assert words & ids == set(), path
        assert words & births == set(), path
        assert [name for name in names if name in text] == [], path


def test_no_feature_reason_or_column_of_the_files_speaks_of_protected_facts(loaded, leads):
    spoken = " ".join(str(value) for row in leads.to_pylist() for value in row.values())
    assert set(leads.column_names) & {"name", "birth_date", "gender"} == set()
    assert "gender" not in spoken
    assert "birth" not in spoken
    assert all(feature.hidden is None for feature in loaded.features.values())
