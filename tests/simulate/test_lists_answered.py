"""Lists are answered: contacts on the days they are valid, the true chances, and the files a call centre returns."""

import csv
from collections import Counter
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.errors import UserError
from leadlift.simulate import BankPlan, advance, simulate

PLAN = BankPlan(customers=2_500, months=4, end=date(2026, 3, 31), seed=11)
AS_OF, UNTIL = date(2026, 3, 31), date(2026, 5, 10)


def send(root, campaign, rows, as_of=AS_OF, until=UNTIL):
    """A list in the workspace's leads/: (customer, cell, offer, channel) by row."""
    folder = root / "leads" / campaign / str(as_of) / "kept"
    folder.mkdir(parents=True)
    customer, cell, offer, channel = zip(*rows, strict=True)
    columns = {
        "customer_id": customer,
        "cell": cell,
        "offer": offer,
        "channel": channel,
        "treatment_code": [f"{campaign}-{one}-{what}-{how}" for _, one, what, how in rows],
        "as_of": [as_of] * len(rows),
        "valid_until": [until] * len(rows),
        "list_id": [f"{campaign} of {as_of}"] * len(rows),
        "score": [0.5] * len(rows),
    }
    pq.write_table(pa.table(columns), folder / "assignments.parquet")


def asked(sql, **places):
    with duckdb.connect() as engine:
        return engine.sql(sql.format(**places)).fetchall()


def consenting(data, channel):
    sql = """select customer_id from '{data}/consents.parquet' where channel = '{channel}' and withdrawn_on is null
        and given_on < date '2026-03-31' and customer_id in (select customer_id from '{data}/balances.parquet'
        where month_end = date '2026-03-31' and total_assets >= 100) order by 1"""
    return [customer for (customer,) in asked(sql, data=data, channel=channel)]


def answers(data, name):
    with (data / "answers" / f"{name}-{AS_OF}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """Two lists of 40 days, worked in two months: deposits by call with controls, funds by app, some explored."""
    root = tmp_path_factory.mktemp("worked")
    simulate(PLAN, root / "data")
    chance = np.random.default_rng(5)
    callable_, reachable = (consenting(root / "data", channel) for channel in ("call", "app_push"))
    cells = chance.choice(["model", "control"], len(callable_))
    send(
        root,
        "autumn",
        [(c, str(cell), "term_deposit", "call") for c, cell in zip(callable_, cells, strict=True)],
    )
    send(
        root,
        "funds",
        [(c, "explore" if at % 4 else "model", "fund", "app_push") for at, c in enumerate(reachable)],
    )
    first = advance(root / "data", 1, root / "leads")
    seen = {name: answers(root / "data", name) for name in ("autumn", "funds")}
    second = advance(root / "data", 1, root / "leads")
    return root, (first, second), seen


def test_lists_are_contacted_in_their_validity_by_their_words_and_controls_never(worked):
    root, _, _ = worked
    made = """select customer_id, campaign, offer, channel, randomised, contacted_at::date
        from '{data}/contacts.parquet' where contacted_at >= timestamp '2026-04-01'"""
    sent = asked(
        "select customer_id, cell, campaign, offer, channel from '{data}/truth/lists.parquet'",
        data=root / "data",
    )
    wanted = {
        (customer, campaign, offer, channel, cell == "explore")
        for customer, cell, campaign, offer, channel in sent
        if cell != "control"
    }
    contacts = asked(made, data=root / "data")
    assert {row[:5] for row in contacts} <= wanted
    assert len(contacts) == len(set(contacts)) > 0.9 * len(wanted)
    days = {row[5] for row in contacts}
    assert days == {date(2026, 4, 1) + timedelta(days=at) for at in range(40)}


def test_nobody_is_contacted_after_leaving_or_after_withdrawing_the_consent(worked):
    root, _, _ = worked
    without = """select count(*) from '{data}/contacts.parquet' c where not exists (select 1
        from '{data}/consents.parquet' n where n.customer_id = c.customer_id and n.channel = c.channel
        and n.given_on <= c.contacted_at::date
        and (n.withdrawn_on is null or n.withdrawn_on >= c.contacted_at::date))"""
    gone = """select count(*) from '{data}/contacts.parquet' c join (select customer_id, max(valid_to) gone
        from '{data}/customers.parquet' group by 1 having count(*) = count(valid_to)) using (customer_id)
        where contacted_at::date > gone"""
    withdrawn = "select count(*) from '{data}/consents.parquet' where withdrawn_on > date '2026-03-31'"
    assert asked(without, data=root / "data") == asked(gone, data=root / "data") == [(0,)]
    assert asked(withdrawn, data=root / "data")[0][0] > 0


def test_the_answers_say_what_the_tables_say(worked):
    root, (first, second), _ = worked
    for name, offer in (("autumn", "term_deposit"), ("funds", "fund")):
        rows = answers(root / "data", name)
        delivered = {(row["customer_id"], row["at"]) for row in rows if row["event"] == "delivered"}
        answered = {(row["customer_id"], row["at"]) for row in rows if row["event"] == "answered"}
        sold = Counter(
            (row["customer_id"], row["at"], row["amount"]) for row in rows if row["event"] == "bought"
        )
        contacts = asked(
            """select customer_id, contacted_at::date::varchar, answered from '{data}/contacts.parquet'
            where campaign = '{name}'""",
            data=root / "data",
            name=name,
        )
        sales = asked(
            """select customer_id, sold_on::varchar, amount::varchar from '{data}/sales.parquet' s
            join '{data}/truth/lists.parquet' l using (customer_id)
            where product = '{offer}' and campaign = '{name}' and sold_on between window_from and window_to""",
            data=root / "data",
            name=name,
            offer=offer,
        )
        assert delivered == {row[:2] for row in contacts}
        assert answered == {row[:2] for row in contacts if row[2]}
        assert sold == Counter(sales)
        assert {row["amount"] for row in rows if row["event"] != "bought"} == {""}
        counts = [
            sum(one.contacted for one in told.lists if one.name.startswith(name)) for told in (first, second)
        ]
        assert sum(counts) == len(contacts)
    assert {row["event"] for row in rows} == {"delivered", "answered", "refused", "bought"}


def test_answers_of_a_later_month_follow_those_that_were_there(worked):
    root, _, seen = worked
    for name, rows in seen.items():
        now = answers(root / "data", name)
        assert now[: len(rows)] == rows
        assert max(row["at"] for row in rows) <= "2026-04-30" < min(row["at"] for row in now[len(rows) :])
        assert now == sorted(now, key=lambda row: (row["at"], row["customer_id"]))


def test_each_answer_carries_the_code_of_its_cell_and_controls_buy_too(worked):
    root, _, _ = worked
    cells = dict(
        asked(
            "select customer_id, treatment_code from '{data}/truth/lists.parquet' where campaign = 'autumn'",
            data=root / "data",
        )
    )
    rows = answers(root / "data", "autumn")
    assert all(cells[row["customer_id"]] == row["treatment_code"] for row in rows)
    assert {row["event"] for row in rows if "control" in row["treatment_code"]} == {"bought"}


def test_sales_after_a_contact_name_it(worked):
    root, _, _ = worked
    linked = """select count(*), count(*) filter (c.offer = s.product and c.customer_id = s.customer_id
            and s.sold_on > c.contacted_at::date) from '{data}/sales.parquet' s
        join '{data}/contacts.parquet' c using (contact_id) where c.campaign in ('autumn', 'funds')"""
    [(count, right)] = asked(linked, data=root / "data")
    assert count == right > 20


def test_the_true_chances_tell_how_many_buy_with_and_without(worked):
    """Within four standard deviations of what came, both groups and their difference."""
    root, _, _ = worked
    bought = {row["customer_id"] for row in answers(root / "data", "autumn") if row["event"] == "bought"}
    rows = asked(
        """select customer_id, cell, chance_without, chance_with from '{data}/truth/lists.parquet'
        where campaign = 'autumn'""",
        data=root / "data",
    )
    for cell, at in (("control", 2), ("model", 3)):
        chance = np.array([row[at] for row in rows if row[1] == cell])
        came = sum(row[0] in bought for row in rows if row[1] == cell)
        assert len(chance) > 400
        assert abs(came - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())
    assert sum(row[3] - row[2] for row in rows) / len(rows) > 0.02


def test_a_list_is_answered_once_however_often_the_bank_advances(worked):
    root, (first, second), _ = worked
    before = answers(root / "data", "autumn")
    third = advance(root / "data", 1, root / "leads")
    contacts = (
        "select count(*), max(contacted_at)::date from '{data}/contacts.parquet' where campaign = 'autumn'"
    )
    [(count, last)] = asked(contacts, data=root / "data")
    assert last <= UNTIL
    assert count == sum(
        one.contacted for told in (first, second) for one in told.lists if "autumn" in one.name
    )
    assert answers(root / "data", "autumn") == before
    assert third.lists == ()


def test_months_at_once_answer_lists_as_months_one_by_one(tmp_path):
    small = BankPlan(customers=300, months=2, end=date(2026, 3, 31), seed=2)
    for name in ("once", "twice"):
        simulate(small, tmp_path / name / "data")
        everyone = consenting(tmp_path / name / "data", "call")
        send(tmp_path / name, "autumn", [(customer, "model", "card", "call") for customer in everyone])
    advance(tmp_path / "once/data", 2, tmp_path / "once/leads")
    advance(tmp_path / "twice/data", 1, tmp_path / "twice/leads")
    (tmp_path / "twice/leads/autumn").rename(tmp_path / "twice/away")
    advance(tmp_path / "twice/data", 1, tmp_path / "twice/leads")
    for place in ("contacts", "sales", "truth/lists", "truth/state"):
        once, twice = (pq.read_table(tmp_path / name / f"data/{place}.parquet") for name in ("once", "twice"))
        assert once.equals(twice), place
    assert answers(tmp_path / "once/data", "autumn") == answers(tmp_path / "twice/data", "autumn")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    root = tmp_path_factory.mktemp("tiny")
    simulate(BankPlan(customers=60, months=2, end=date(2026, 3, 31)), root / "data")
    return root


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("00000001", "model", "umbrella", "call"),
            "offer: the demo bank knows no offer 'umbrella', only term_dep",
        ),
        (
            ("00000001", "model", "card", "fax"),
            "channel: the demo bank knows no channel 'fax', only call, app_push",
        ),
        (
            ("00000001", "modle", "card", "call"),
            "cell: the demo bank knows no cell 'modle', only model, explore",
        ),
        (("00079999", "model", "card", "call"), "customer_id: the demo bank has no customer '00079999'"),
        (("00160001", "model", "card", "call"), "customer_id: the demo bank has no customer '00160001'"),
        (("ann", "model", "card", "call"), "customer_id: the demo bank has no customer 'ann'"),
        (("00000002", "model", "card", "call"), "customer_id: 00000002 stands there twice"),
    ],
)
def test_a_list_the_bank_cannot_work_is_refused_and_nothing_changes(row, message, tiny, tmp_path):
    send(tmp_path, "autumn", [("00000002", "control", "card", None), row])
    before = (tiny / "data/contacts.parquet").read_bytes()
    with pytest.raises(UserError, match=f"autumn.*{message}"):
        advance(tiny / "data", 1, tmp_path / "leads")
    assert (tiny / "data/contacts.parquet").read_bytes() == before


def test_a_list_without_a_column_is_refused(tiny, tmp_path):
    send(tmp_path, "autumn", [("00000002", "model", "card", "call")])
    [path] = tmp_path.glob("leads/*/*/kept/*.parquet")
    pq.write_table(pq.read_table(path).drop(["valid_until"]), path)
    with pytest.raises(UserError, match=r"assignments\.parquet: there is no column 'valid_until'"):
        advance(tiny / "data", 1, tmp_path / "leads")


def test_a_list_that_came_too_late_is_not_worked_and_one_of_a_later_day_waits(tmp_path):
    simulate(BankPlan(customers=60, months=2, end=date(2026, 3, 31)), tmp_path / "data")
    rows = [("00000002", "model", "card", "call")]
    send(tmp_path, "late", rows, as_of=date(2026, 2, 28), until=date(2026, 3, 20))
    send(tmp_path, "early", rows, as_of=date(2026, 5, 1), until=date(2026, 5, 30))
    advance(tmp_path / "data", 1, tmp_path / "leads")
    lists = "select campaign, contact_on, chance_with from '{data}/truth/lists.parquet'"
    assert asked(lists, data=tmp_path / "data") == [("late", None, None)]
    assert (
        tmp_path / "data/answers/late-2026-02-28.csv"
    ).read_text() == "treatment_code,customer_id,event,at,amount\n"
    advance(tmp_path / "data", 1, tmp_path / "leads")
    assert [row[0] for row in asked(lists, data=tmp_path / "data")] == ["late", "early"]
