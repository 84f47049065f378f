"""The bank lives on: what was written stays, what was open may end, and how far at a time does not matter."""

import shutil
from datetime import date

import duckdb
import pyarrow.parquet as pq
import pytest

from leadlift.errors import UserError
from leadlift.simulate import BankPlan, _folder, advance, simulate, whole_months

PLAN = BankPlan(customers=260, months=5, end=date(2025, 12, 31), seed=3)
END = {
    "customers": "valid_to",
    "holdings": "closed_on",
    "consents": "withdrawn_on",
}
ONLY_MORE = (
    "balances",
    "channel_events",
    "contacts",
    "experiments",
    "sales",
    "arrears",
    "truth/chances",
    "truth/effects",
)


def table(folder, name):
    with duckdb.connect() as engine:
        return engine.sql(f"select * from '{folder}/{name}.parquet'").fetchall()


def everything(folder):
    """All rows of all tables, in any order."""
    names = [*END, *ONLY_MORE, "truth/latents", "truth/state", "truth/lists", "transactions/*"]
    return {name: sorted(table(folder, name), key=repr) for name in names}


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A bank of three blocks."""
    folder = tmp_path_factory.mktemp("plan") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadlift.simulate._bank.BLOCK", 100)
        simulate(PLAN, folder)
    return folder


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lived") / "data"
    shutil.copytree(before, folder)
    advance(folder, 3)
    return folder


@pytest.mark.parametrize("name", ONLY_MORE)
def test_what_was_written_stays_row_for_row_and_more_follows(name, before, after):
    old, new = table(before, name), table(after, name)
    assert new[: len(old)] == old
    if name in ("contacts", "experiments"):
        assert len(new) == len(old)
    else:
        assert len(new) > len(old)


@pytest.mark.parametrize("name", END)
def test_rows_that_had_ended_stay_and_open_ones_may_end(name, before, after):
    """Cut at the old end, the new table is the old one."""
    begin = {"customers": "valid_from", "holdings": "opened_on", "consents": "given_on"}[name]
    cut = f"""select * replace (case when {END[name]} <= date '2025-12-31' then {END[name]} end as {END[name]})
        from '{after}/{name}.parquet' where {begin} <= date '2025-12-31'"""
    old = f"select * from '{before}/{name}.parquet'"
    with duckdb.connect() as engine:
        assert engine.sql(cut).fetchall() == engine.sql(old).fetchall()
        ended = f"select count(*) from '{after}/{name}.parquet' where {END[name]} > date '2025-12-31'"
        begun = f"select count(*) from '{after}/{name}.parquet' where {begin} > date '2025-12-31'"
        assert engine.sql(ended).fetchall()[0][0] > 0
        assert engine.sql(begun).fetchall()[0][0] > 0


def test_files_of_old_transactions_stay_as_they_are_and_each_month_adds_one(before, after):
    old, new = files(before / "transactions"), files(after / "transactions")
    assert {path: new[path] for path in old} == old
    assert sorted(map(str, new.keys() - old.keys())) == [
        f"2026-{month:02d}-0000.parquet" for month in (1, 2, 3)
    ]


def test_months_one_by_one_are_the_months_at_once(before, after, tmp_path):
    shutil.copytree(before, tmp_path / "data")
    for _ in range(3):
        advance(tmp_path / "data", 1)
    assert everything(tmp_path / "data") == everything(after)


def test_the_bank_goes_on_as_a_bank(after):
    sql = {
        "alive": "select distinct n from (select count(*) n from '{0}/balances.parquet' group by month_end)",
        "last": "select max(month_end) from '{0}/balances.parquet'",
        "twice": """select count(*) - count(distinct holding_id) + (select count(*) - count(distinct sale_id)
            from '{0}/sales.parquet') from '{0}/holdings.parquet'""",
        "txns": """select count(*) - count(distinct (txn_id, loaded_at)), count(*) - count(distinct txn_id) > 0
            from '{0}/transactions/*.parquet'""",
        "latents": """select count(*) - count(distinct customer_id), count(*) -
            (select count(distinct customer_id) from '{0}/customers.parquet') from '{0}/truth/latents.parquet'""",
        "savings": """with known as (select * from '{0}/transactions/*.parquet'
                qualify row_number() over (partition by txn_id order by loaded_at desc) = 1),
            posted as (select customer_id, last_day(posted_at::date) month_end, sum(amount) amount
                from known group by 1, 2),
            months as (select *, savings_balance - lag(savings_balance)
                over (partition by customer_id order by month_end) change from '{0}/balances.parquet')
            select max(abs(change - coalesce(amount, 0)))
            from months left join posted using (customer_id, month_end) where change is not null""",
        "versions": """select count(*) from (select valid_to, lead(valid_from) over (
            partition by customer_id order by valid_from) as next from '{0}/customers.parquet')
            where next is not null and valid_to is distinct from next""",
    }
    with duckdb.connect() as engine:
        found = {name: engine.sql(text.format(after)).fetchall() for name, text in sql.items()}
    assert found == {
        "alive": [(260,)],
        "last": [(date(2026, 3, 31),)],
        "twice": [(0,)],
        "txns": [(0, True)],
        "latents": [(0, 0)],
        "savings": [(0,)],
        "versions": [(0,)],
    }


def test_the_counts_told_are_the_rows_there_are_and_progress_reaches_one(before, tmp_path):
    shutil.copytree(before, tmp_path / "data")
    shares = []
    told = advance(tmp_path / "data", 2, progress=shares.append)
    assert told.end == date(2026, 2, 28)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for name, count in told.rows.items():
        place = "transactions/*" if name == "transactions" else _folder.place_of(name).with_suffix("")
        assert len(table(tmp_path / "data", place)) == count


def test_an_advance_that_breaks_off_leaves_the_bank_as_it_was(before, tmp_path):
    def stop(share):
        if share > 0.5:
            raise KeyboardInterrupt

    shutil.copytree(before, tmp_path / "data")
    with pytest.raises(KeyboardInterrupt):
        advance(tmp_path / "data", 1, progress=stop)
    assert files(tmp_path / "data") == files(before)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("done", range(0, 21, 4))
def test_an_advance_killed_while_it_puts_the_tables_in_place_is_finished_by_the_next(
    done, before, tmp_path, monkeypatch
):
    """Every rename of the swap may be the last one that happens."""
    folder, moves = tmp_path / "data", 0
    shutil.copytree(before, folder)
    rename = type(folder).rename

    def until_killed(path, target):
        nonlocal moves
        moves += path.name != "listed"
        if moves > done:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "rename", until_killed)
        with pytest.raises(KeyboardInterrupt):
            advance(folder, 1)
    told = advance(folder, 1)
    assert told.end == date(2026, 2, 28)
    shutil.copytree(before, tmp_path / "whole")
    advance(tmp_path / "whole", 2)
    assert everything(folder) == everything(tmp_path / "whole")


def test_a_new_bank_takes_the_place_of_one_that_lived_on(before, after, tmp_path, monkeypatch):
    shutil.copytree(after, tmp_path / "data")
    monkeypatch.setattr("leadlift.simulate._bank.BLOCK", 100)
    simulate(PLAN, tmp_path / "data")
    assert files(tmp_path / "data") == files(before)


def test_a_folder_without_a_bank_that_remembers_is_refused(before, tmp_path):
    with pytest.raises(UserError, match=r"holds no demo bank that can live on: there is no .*plan\.json"):
        advance(tmp_path, 1)
    shutil.copytree(before, tmp_path / "data")
    (tmp_path / "data/truth/plan.json").write_text('{"customers": 1}')
    with pytest.raises(UserError, match=r"plan\.json cannot be read"):
        advance(tmp_path / "data", 1)


def test_tables_that_somebody_changed_are_refused_by_name(before, tmp_path):
    shutil.copytree(before, tmp_path / "data")
    path = tmp_path / "data" / "holdings.parquet"
    pq.write_table(pq.read_table(path).slice(3), path)
    with pytest.raises(UserError, match=r"holdings\.parquet is not as simulate wrote it; make the bank anew"):
        advance(tmp_path / "data", 1)


@pytest.mark.parametrize(
    ("span", "months"), [("30d", 1), ("1d", 1), ("1m", 1), ("60d", 2), ("92d", 3), ("12m", 12)]
)
def test_a_span_is_whole_months(span, months):
    assert whole_months(span) == months


@pytest.mark.parametrize("span", ["", "d", "0d", "-1m", "1y", "1.5m", "30", "m1", "٣m", "241m"])
def test_another_span_is_refused(span):
    with pytest.raises(UserError, match="advance"):
        whole_months(span)
