import hashlib
from datetime import date

import pyarrow.parquet as pq
import pytest

from leadlift.errors import UserError
from leadlift.simulate import BankPlan, _plan, simulate

SMALL = {"customers": 120, "months": 3, "end": date(2025, 12, 31)}


def hashes(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_equal_seeds_give_equal_files_and_other_seeds_other_ones(tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(BankPlan(**SMALL, seed=seed), tmp_path / folder)
    one, same, other = (hashes(tmp_path / name) for name in "abc")
    assert one == same
    assert one["transactions/part-0000.parquet"] != other["transactions/part-0000.parquet"]


def test_a_customer_does_not_depend_on_how_many_other_blocks_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr("leadlift.simulate._bank.BLOCK", 100)
    for folder, customers in (("few", 100), ("many", 250)):
        simulate(BankPlan(**SMALL | {"customers": customers}), tmp_path / folder)
    few, many = (pq.read_table(tmp_path / name / "balances.parquet") for name in ("few", "many"))
    assert many.slice(0, len(few)).equals(few)
    assert len(set(many["customer_id"].to_pylist())) >= 250


def test_the_counts_told_are_the_rows_written_and_progress_reaches_one(tmp_path):
    shares = []
    rows = simulate(BankPlan(**SMALL), tmp_path / "data", shares.append)
    assert rows["balances"] == pq.read_metadata(tmp_path / "data" / "balances.parquet").num_rows == 360
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_run_that_breaks_off_leaves_nothing(tmp_path):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(BankPlan(**SMALL), tmp_path / "data", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_replaces_its_own_tables_and_nothing_else(tmp_path):
    simulate(BankPlan(**SMALL, seed=1), tmp_path)
    (tmp_path / "mine.csv").write_text("a\n1\n")
    before = hashes(tmp_path)
    simulate(BankPlan(**SMALL, seed=2), tmp_path)
    after = hashes(tmp_path)
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] == before[name]] == ["mine.csv"]


def test_tables_of_the_user_are_never_replaced(tmp_path):
    (tmp_path / "customers.parquet").write_text("the bank's own")
    with pytest.raises(UserError, match=r"customers\.parquet, which simulate did not write"):
        simulate(BankPlan(**SMALL), tmp_path)
    assert (tmp_path / "customers.parquet").read_text() == "the bank's own"


def test_a_very_small_bank_can_be_written(tmp_path):
    rows = simulate(BankPlan(customers=1, months=1, end=date(2024, 2, 29)), tmp_path / "data")
    assert rows["balances"] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customers": 0}, "customers must be from 1"),
        ({"months": 0}, "months must be from 1"),
        ({"seed": -1}, "seed must be from 0"),
        ({"end": date(2026, 6, 29)}, "last day of a month, not 2026-06-29"),
    ],
)
def test_an_impossible_plan_is_refused_with_the_reason(wrong, message):
    with pytest.raises(UserError, match=message):
        BankPlan(**wrong)


def test_the_calendar_ends_with_the_plan_and_begins_after_the_burn_in():
    months = _plan.months_of(BankPlan(months=2, end=date(2026, 2, 28)))
    written = [(month.start, month.end) for month in months if month.index >= 0]
    assert written == [
        (_plan.day_number(date(2026, 1, 1)), _plan.day_number(date(2026, 1, 31))),
        (_plan.day_number(date(2026, 2, 1)), _plan.day_number(date(2026, 2, 28))),
    ]
    assert len(months) == 2 + _plan.BURN_IN
