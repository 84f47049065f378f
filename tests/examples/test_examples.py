"""The example workspaces on their real data: the facts of each data set, and a model as good as it should be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leadlift.specs import open_workspace
from leadlift.tracking import RunRecord
from leadlift.workflows.session import tracker_of

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIFT_DATA", ROOT.parent / "shared" / "data"))
FILES = {
    "uci_bank_marketing": ("uci_bank_marketing", "bank-additional-full.csv"),
    "cdnow": ("cdnow", "CDNOW_master.txt"),
    "telco_churn": ("telco_churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv"),
    "berka": ("berka_pkdd99", "loan.asc"),
    "hillstrom": ("hillstrom", "hillstrom.csv"),
}

pytestmark = pytest.mark.slow


@pytest.fixture
def example(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of an example with its data linked; skips with the name of the file that is not there."""

    def made(name: str) -> Path:
        folder, file = FILES[name]
        if not (DATA / folder / file).is_file():
            pytest.skip(f"no {DATA / folder / file}: set LEADLIFT_DATA to the folder of the data sets")
        specs = shutil.ignore_patterns("data", "mlruns", ".leadlift", "scores", "leads", "reports")
        shutil.copytree(ROOT / "examples" / name, tmp_path / name, ignore=specs)
        (tmp_path / name / "data").symlink_to((DATA / folder).resolve(), target_is_directory=True)
        return tmp_path / name

    return made


@pytest.fixture
def trained(leadlift) -> Callable[..., RunRecord]:
    """Check once and train by the real commands; the training run as the store tells it."""

    def run(folder: Path, pipeline: str, *words: str) -> RunRecord:
        if not (folder / "mlruns").exists():
            assert leadlift("check", at=folder).code == 0
        said = leadlift("train", pipeline, *words, at=folder)
        assert said.code == 0, said.err
        return tracker_of(open_workspace(folder)).runs(pipeline, "train")[0]

    return run


def cases(run: RunRecord) -> tuple[int, int]:
    """All cases of a training run and the positive ones."""
    parts = ("train", "valid", "calibration", "oot")
    return tuple(int(sum(run.metrics[f"{part}.{what}"] for part in parts)) for what in ("cases", "positives"))


def features(folder: Path, run: RunRecord) -> set[str]:
    text = tracker_of(open_workspace(folder)).artifact(run.id, "tables/features.csv").decode()
    return {line.split(",")[0] for line in text.splitlines()[1:]}


def test_uci_has_the_published_numbers_and_is_ranked_without_the_duration_of_the_call(example, trained):
    folder = example("uci_bank_marketing")
    for seed in ("1", "2"):
        run = trained(folder, "term_deposit_random", "--seed", seed)
        # Moro, Cortez and Rita (2014): 41,188 calls, 4,640 successes; without `duration` 0.80 is what models reach
        assert cases(run) == (41_188, 4_640)
        assert run.metrics["oot.auc"] >= 0.78
        assert "duration" not in features(folder, run)
        assert len(features(folder, run)) == 19


def test_cdnow_has_the_published_customers_and_predicts_who_buys_again(example, trained):
    folder = example("cdnow")
    run = trained(folder, "repurchase")
    # Fader and Hardie (2001): 23,570 customers, all of them there on the 1st of April 1998
    assert run.metrics["oot.cases"] == 23_570
    assert run.metrics["oot.auc"] >= 0.83


def test_telco_has_the_published_customers_and_hides_who_is_old_or_a_woman(example, trained):
    folder = example("telco_churn")
    run = trained(folder, "churn")
    assert cases(run) == (7_043, 1_869)
    assert run.metrics["oot.auc"] >= 0.80
    assert features(folder, run) & {"gender", "senior", "customer_id", "churn"} == set()


def test_berka_keeps_the_loans_whose_transactions_are_known_and_says_how_few_they_are(example, trained):
    folder = example("berka")
    run = trained(folder, "bad_loan")
    assert cases(run) == (354, 30)
    card = tracker_of(open_workspace(folder)).artifact(run.id, "model_card.md").decode()
    assert f"only {int(run.metrics['oot.positives'])} responders in the test" in card


def test_hillstrom_has_the_published_arms_and_is_ranked_by_effect_better_than_by_response(example, trained):
    folder = example("hillstrom")
    spec = folder / "pipelines" / "womens_visit.yaml"
    text = spec.read_text(encoding="utf-8")
    faster = text.replace("arms: Womens E-Mail}", "arms: Womens E-Mail, learners: [dr], folds: 2}")
    assert faster != text
    spec.write_text(faster, encoding="utf-8")
    run = trained(folder, "womens_visit")
    parts = ("train", "valid", "calibration", "oot")
    # Hillstrom (2008): 21,306 without e-mail, 21,387 with the women's; visits 10.62 % and 15.14 %
    assert sum(run.metrics[f"{part}.cases"] for part in parts) == 21_306 + 21_387
    assert sum(run.metrics[f"{part}.treated"] for part in parts) == 21_387
    assert run.metrics["oot.average_effect.low"] <= 0.1514 - 0.1062 <= run.metrics["oot.average_effect.high"]
    assert run.metrics["oot.qini.low"] > 0
    assert run.metrics["oot.qini_gain_over_response"] > 0
    assert features(folder, run) & {"segment", "visit", "conversion", "spend"} == set()
