"""The page says what the tables say, by a plain second computation, and nothing that was not known on the day."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.customers.known import months_before
from leadlift.customers.shown import spark
from leadlift.errors import UserError
from leadlift.specs import open_workspace
from leadlift.workflows.customer import consent_sources, customer

from .conftest import DAY, rewrite, write_scores


def told(folder, who, day=DAY, **more):
    return customer(open_workspace(folder), who, day, **more)


def days(column):
    return pd.to_datetime(column).dt.date


def of(folder, table, who):
    rows = pd.read_parquet(folder / "data" / table)
    return rows[rows["customer_id"] == who]


@pytest.fixture(scope="module")
def page(world, ids):
    return told(world, ids[0])


def test_movements_by_month_are_those_known_on_the_day_each_in_its_last_version(world, ids, page):
    rows = of(world, "transactions", ids[0])
    known = rows[(rows["posted_at"] < str(DAY)) & (rows["loaded_at"] <= str(DAY))]
    last = known.sort_values("loaded_at").drop_duplicates("txn_id", keep="last")
    months = last["posted_at"].dt.strftime("%Y-%m")
    history = next(one for one in page.activity if one.source == "transactions")
    count, amount = history.series[0], history.series[1]
    assert (count.what, amount.what) == ("count", "amount")
    assert dict(zip(history.months, count.values, strict=True)) == {
        month: months.eq(month).sum() for month in history.months
    }
    sums = last["amount"].astype(float).groupby(months).sum()
    assert list(amount.values) == pytest.approx([sums.get(month, 0.0) for month in history.months])
    assert history.rows == len(last)


def test_balances_are_the_last_of_each_month_that_was_closed_by_the_day(world, ids, page):
    rows = of(world, "balances.parquet", ids[0])
    known = rows[days(rows["month_end"]) <= DAY - timedelta(days=3)]
    by_month = known.assign(month=pd.to_datetime(known["month_end"]).dt.strftime("%Y-%m")).set_index("month")
    history = page.balances[0]
    total = next(one for one in history.series if one.what == "total_assets")
    wanted = [
        float(by_month.loc[month, "total_assets"]) if month in by_month.index else None
        for month in history.months
    ]
    assert list(total.values) == wanted
    assert history.months[-1] == "2026-05"
    assert wanted[-1] is None


def test_what_is_held_is_what_had_begun_and_whose_end_was_not_yet_known(world, ids):
    for who in ids[:8]:
        rows = of(world, "holdings.parquet", who)
        before = DAY - timedelta(days=1)
        begun = rows[(days(rows["opened_on"]) < DAY) & (days(rows["opened_on"]) <= before)]
        ended = (pd.to_datetime(begun["closed_on"]) <= pd.Timestamp(before)).fillna(False)
        found = told(world, who).held
        now = sorted(row["product"] for one in found for row in one.now)
        assert now == sorted(begun[~ended]["product"])
        over = sum(len(one.ended) + one.more for one in found)
        assert over == int(ended.sum())


def test_consents_stand_apart_since_campaigns_ask_for_them(world, page):
    assert consent_sources(open_workspace(world)) == {"consents"}
    assert {one.source for one in page.consents} == {"consents"}
    assert "consents" not in {one.source for one in page.held}


def test_contacts_are_told_as_the_workspace_declares_them(world, ids):
    for who in ids[:8]:
        rows = of(world, "contacts.parquet", who)
        known = rows[rows["contacted_at"] <= str(DAY - timedelta(days=1))]
        known = known.sort_values("contacted_at")
        page = told(world, who)
        assert len(page.contacts) + page.contacts_before == len(known)
        refused = sum(one.refused for one in page.contacts)
        assert refused == (~known["answered"]).tail(len(page.contacts)).sum()


def test_who_is_told_by_the_version_of_the_day_with_what_changed_before(world):
    rows = pd.read_parquet(world / "data" / "customers.parquet")
    moved = rows[rows.duplicated("customer_id", keep=False)].sort_values("valid_from")
    who = moved["customer_id"].iloc[0]
    mine = moved[moved["customer_id"] == who]
    day = days(mine["valid_from"]).iloc[-1] + timedelta(days=2)
    found = told(world, who, day).described[0]
    assert found.values["region"] == mine["region"].iloc[-1]
    assert found.values["occupation"] == mine["occupation"].iloc[-1]
    assert found.changes
    assert all(change.before != change.after for change in found.changes)
    before = told(world, who, days(mine["valid_from"]).iloc[-1]).described[0]
    assert before.values["occupation"] == mine["occupation"].iloc[-2]


def plain(page):
    from leadlift.cli.console import _plain

    return json.loads(json.dumps(_plain(page), default=str))


def truncated(folder, day):
    """Every table as the bank had it on the day, by hand: what came later is gone."""
    data = folder / "data"
    path = data / "transactions" / "part-0000.parquet"
    rows = pd.read_parquet(path)
    rewrite(path, rows[(rows["posted_at"] < str(day)) & (rows["loaded_at"] <= str(day))])
    for name, clock, lag in (
        ("channel_events", "happened_at", 1), ("contacts", "contacted_at", 1), ("sales", "sold_on", 1),
        ("arrears", "recorded_on", 1), ("balances", "month_end", 3),
    ):  # fmt: skip
        path = data / f"{name}.parquet"
        rows = pd.read_parquet(path)
        at = pd.to_datetime(rows[clock])
        rewrite(path, rows[(at < str(day)) & (at + pd.Timedelta(days=lag) <= pd.Timestamp(day))])
    for name, begin, end, lag in (
        ("holdings", "opened_on", "closed_on", 1), ("consents", "given_on", "withdrawn_on", 0),
        ("customers", "valid_from", "valid_to", 1),
    ):  # fmt: skip
        path = data / f"{name}.parquet"
        rows = pd.read_parquet(path)
        rows = rows[(days(rows[begin]) < day) & (days(rows[begin]) <= day - timedelta(days=lag))].copy()
        ends = pd.to_datetime(rows[end])
        seen = (ends < pd.Timestamp(day)) & (ends + pd.Timedelta(days=lag) <= pd.Timestamp(day))
        rows[end] = rows[end].where(seen, None)
        rewrite(path, rows)


@pytest.mark.parametrize("day", [date(2026, 5, 15), date(2026, 3, 1), date(2025, 12, 31)])
def test_rows_known_later_change_nothing(copy, ids, day):
    people = [*ids[:2], ids[len(ids) // 2], ids[-1]]
    first = {}
    for who in people:
        try:
            first[who] = plain(told(copy, who, day))
        except UserError:  # who joined later
            first[who] = None
    truncated(copy, day)
    for who in people:
        if first[who] is None:
            with pytest.raises(UserError, match="no customer"):
                told(copy, who, day)
        else:
            assert plain(told(copy, who, day)) == first[who]


def test_scores_segments_and_lists_of_later_days_are_not_there(copy, ids, page):
    write_scores(copy, "fund_propensity", DAY + timedelta(days=1), 0.9)
    later = copy / "segments" / "tier" / f"as_of={DAY + timedelta(days=1)}"
    later.mkdir(parents=True)
    pd.DataFrame({"customer_id": [ids[0]], "tier": ["gold"]}).to_parquet(later / "segments.parquet")
    assert plain(told(copy, ids[0])) == plain(page)
    tomorrow = told(copy, ids[0], DAY + timedelta(days=1))
    assert [one.groups for one in tomorrow.segments] == [["gold"]]
    assert {one.pipeline: one.probability for one in tomorrow.scores}["fund_propensity"] == 0.9


def test_a_score_without_its_model_is_told_without_reasons_and_why(page):
    assert sorted(one.probability for one in page.scores) == pytest.approx([0.2, 0.3])
    assert all(not one.reasons and "score again for reasons" in one.note for one in page.scores)


def test_segments_have_their_history_whatever_the_form_of_their_files(copy, ids):
    who = ids[0]
    for day, tier in (("2026-01-31", "silver"), ("2026-02-28", "silver"), ("2026-03-31", "gold")):
        place = copy / "segments" / "value_tier" / f"as_of={day}"
        place.mkdir(parents=True)
        frame = pd.DataFrame({"customer_id": [who, "x"], "value_tier": [tier, "none"], "rank": [1, 2]})
        frame.to_parquet(place / "segments.parquet")
    place = copy / "segments" / "needs" / "as_of=2026-03-31"
    place.mkdir(parents=True)
    pd.DataFrame({"customer_id": [who], "needs_saver": [1], "needs_trader": [0]}).to_parquet(
        place / "s.parquet"
    )
    found = {one.segmentation: one for one in told(copy, who).segments}
    assert found["value_tier"].groups == ["gold"]
    assert found["value_tier"].since == date(2026, 3, 31)
    assert [groups for _, groups in found["value_tier"].history] == [["gold"], ["silver"]]
    assert found["needs"].groups == ["saver"]


def test_an_id_that_nobody_has_is_one_clear_message(leadlift, world):
    said = leadlift("customer", "42", "--as-of", str(DAY), at=world)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"error: no customer '42' in source 'customers' as of {DAY}. Ids are compared as text: leading zeros count\n"
    )


def test_somebody_who_joined_later_is_nobody_yet(leadlift, world):
    rows = pd.read_parquet(world / "data" / "customers.parquet")
    who = rows.sort_values("joined_on")["customer_id"].iloc[-1]
    said = leadlift("customer", who, "--as-of", "1999-01-01", at=world)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error: no customer '{who}' in source 'customers' as of 1999-01-01.")


def test_rows_of_an_account_that_went_to_another_customer_are_theirs(copy, ids):
    """A correction that moves a movement to somebody else takes it away here, on the day it was known."""
    path = copy / "data" / "transactions" / "part-0000.parquet"
    rows = pd.read_parquet(path)
    mine = rows[(rows["customer_id"] == ids[0]) & (rows["loaded_at"] < "2026-04-01")].tail(1)
    moved = mine.assign(customer_id=ids[1], loaded_at=pd.Timestamp("2026-05-01"))
    before = [told(copy, who, day).activity for who in ids[:2] for day in (date(2026, 4, 20), DAY)]
    rewrite(path, pd.concat([rows, moved]))
    after = [told(copy, who, day).activity for who in ids[:2] for day in (date(2026, 4, 20), DAY)]

    def counts(all_):
        return [next(h.rows for h in one if h.source == "transactions") for one in all_]

    change = [now - then for now, then in zip(counts(after), counts(before), strict=True)]
    assert change == [0, -1, 0, 1]


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_months_end_with_the_one_under_way_before_the_day(day):
    months = months_before(day, 5)
    yesterday = day - timedelta(days=1)
    assert months[-1] == f"{yesterday:%Y-%m}"
    assert months == sorted(set(months))
    assert len(months) == 5


def test_a_sparkline_has_a_sign_for_each_month():
    assert spark([0.0, 5.0, None, 10.0]) == "▁▅·█" or spark([0.0, 5.0, None, 10.0]) == "▁▄·█"
    assert spark([0.0, 0.0]) == "▁▁"
    assert len(spark([-3.0, 4.0, 2.0])) == 3


def test_of_a_large_source_it_is_said_that_rows_given_to_others_were_not_sought(world, ids, monkeypatch):
    assert told(world, ids[0]).notes == []
    monkeypatch.setattr("leadlift.customers.cut.MOST_KEYED", 10)
    assert [note.partition(":")[0] for note in told(world, ids[0]).notes] == ["transactions"]


def test_the_score_of_a_value_model_is_an_amount(copy, ids):
    write_scores(copy, "deposit_amount", DAY, 30_598.4, amounts=True)
    score = next(one for one in told(copy, ids[0]).scores if one.pipeline == "deposit_amount")
    assert (score.probability, score.said, score.history) == (30_598.4, "30,598", [(DAY, 30_598.4)])
