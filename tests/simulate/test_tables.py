import pyarrow.parquet as pq
import pytest

COLUMNS = {
    "customers": "customer_id valid_from valid_to name birth_date gender region city_size occupation "
    "income_band marital_status household_size branch_id joined_on",
    "holdings": "holding_id customer_id product opened_on closed_on matures_on amount rate",
    "balances": "customer_id month_end savings_balance term_deposit_balance fund_balance card_balance "
    "card_limit personal_loan_balance mortgage_balance total_assets total_liabilities",
    "transactions/part-0000": "txn_id customer_id posted_at loaded_at amount channel category",
    "channel_events": "event_id customer_id happened_at event_type topic",
    "contacts": "contact_id customer_id contacted_at campaign offer channel randomised answered",
    "experiments": "customer_id drawn_on campaign offer arm",
    "sales": "sale_id customer_id sold_on product amount contact_id",
    "consents": "consent_id customer_id channel purpose given_on withdrawn_on",
    "arrears": "arrears_id customer_id recorded_on product amount_due days_past_due",
    "truth/chances": "customer_id as_of event chance",
    "truth/effects": "customer_id as_of offer effect",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_has_exactly_its_columns(bank, table):
    assert pq.read_schema(bank.folder / f"{table}.parquet").names == COLUMNS[table].split()


def test_money_is_decimal_and_times_are_naive(bank):
    schema = pq.read_schema(bank.folder / "transactions" / "part-0000.parquet")
    assert str(schema.field("amount").type) == "decimal128(18, 2)"
    assert str(schema.field("posted_at").type) == "timestamp[us]"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("holdings", "holding_id"),
        ("channel_events", "event_id"),
        ("contacts", "contact_id"),
        ("sales", "sale_id"),
        ("consents", "consent_id"),
        ("arrears", "arrears_id"),
        ("balances", "(customer_id, month_end)"),
        ("experiments", "(customer_id, drawn_on, offer)"),
        ("customers", "(customer_id, valid_from)"),
        ("transactions", "(txn_id, loaded_at)"),
    ],
)
def test_keys_are_unique(bank, table, key):
    assert bank.number(f"select count(*) - count(distinct {key}) from {{{table}}}") == 0


def test_versions_of_a_customer_follow_each_other_without_gap_or_overlap(bank):
    gaps = """select count(*) from (select valid_to, valid_from, joined_on,
        lead(valid_from) over w as next, lag(valid_from) over w as before
        from {customers} window w as (partition by customer_id order by valid_from))
        where valid_to <= valid_from or (next is not null and valid_to is distinct from next)
        or (before is null and valid_from <> joined_on)"""
    assert bank.number(gaps) == 0
    assert bank.number("select max(n) from (select count(*) n from {customers} group by customer_id)") > 1


def test_the_number_of_customers_alive_stays_as_planned(bank):
    counts = bank.rows("select month_end, count(*) from {balances} group by 1")
    assert len(counts) == 9
    assert {count for _, count in counts} == {3_000}


def test_nothing_happens_to_a_customer_after_leaving(bank):
    left = """(select customer_id, max(valid_to) gone from {customers} group by 1
        having count(*) = count(valid_to))"""
    for table, moment in (
        ("transactions", "posted_at"),
        ("channel_events", "happened_at"),
        ("contacts", "contacted_at"),
        ("sales", "sold_on"),
        ("consents", "given_on"),
    ):
        after = (
            f"select count(*) from {{{table}}} t join {left} using (customer_id) where {moment}::date > gone"
        )
        assert bank.number(after) == 0, table
    assert bank.number(f"select count(*) from {left}") > 100


def test_leaving_shows_as_assets_below_a_hundred_in_the_month_of_leaving_and_only_then(bank):
    left = """select customer_id, last_day(max(valid_to)) month_end from {customers} group by 1
        having count(*) = count(valid_to) and last_day(max(valid_to)) >= date '2025-07-31'"""
    empty = "select customer_id, month_end from {balances} where total_assets < 100"
    assert sorted(bank.rows(left)) == sorted(bank.rows(empty))


def test_balances_are_never_negative_and_add_up(bank):
    wrong = """select count(*) from {balances} where least(savings_balance, term_deposit_balance,
        fund_balance, card_balance, card_limit, personal_loan_balance, mortgage_balance) < 0
        or total_assets <> savings_balance + term_deposit_balance + fund_balance
        or total_liabilities <> card_balance + personal_loan_balance + mortgage_balance"""
    assert bank.number(wrong) == 0


def test_savings_move_by_the_transactions_as_last_known(bank):
    moved = """with known as (select * from {transactions}
            qualify row_number() over (partition by txn_id order by loaded_at desc) = 1),
        posted as (select customer_id, last_day(posted_at::date) month_end, sum(amount) amount
            from known group by 1, 2),
        months as (select *, savings_balance - lag(savings_balance)
            over (partition by customer_id order by month_end) change from {balances})
        select max(abs(change - coalesce(amount, 0)))
        from months left join posted using (customer_id, month_end)
        where change is not null"""
    assert bank.number(moved) == 0


def test_holdings_end_after_they_begin_and_not_after_the_data(bank):
    wrong = """select count(*) from {holdings} where closed_on < opened_on or matures_on <= opened_on
        or greatest(opened_on, closed_on) > date '2026-03-31' or amount <= 0"""
    assert bank.number(wrong) == 0


def test_some_transactions_come_late_and_some_are_corrected_later(bank):
    late = """select avg((loaded_at::date - posted_at::date > 1)::int) from {transactions}
        where (txn_id, loaded_at) in (select (txn_id, min(loaded_at)) from {transactions} group by txn_id)"""
    corrected = "select avg((n > 1)::int) from (select count(*) n from {transactions} group by txn_id)"
    assert 0.005 < bank.number(late) < 0.015
    assert 0.003 < bank.number(corrected) < 0.008
    assert bank.number("select min(loaded_at - posted_at) > interval 0 hour from {transactions}")


def test_half_of_the_contacts_are_random_and_all_had_consent(bank):
    assert bank.number("select avg(randomised::int) from {contacts}") == pytest.approx(0.5, abs=0.01)
    without = """select count(*) from {contacts} c where not exists (select 1 from {consents} n
        where n.customer_id = c.customer_id and n.channel = c.channel and n.given_on <= c.contacted_at::date
        and (n.withdrawn_on is null or n.withdrawn_on >= c.contacted_at::date))"""
    assert bank.number(without) == 0


def test_sales_name_the_contact_that_led_to_them(bank):
    linked = """select count(*), count(*) filter (c.offer = s.product and c.customer_id = s.customer_id
        and s.sold_on > c.contacted_at::date and s.sold_on <= c.contacted_at::date + 60)
        from {sales} s join {contacts} c using (contact_id)"""
    [(count, right)] = bank.rows(linked)
    assert count == right > 50
    assert bank.number("select count(*) from {sales} where contact_id is not null") == count


def test_every_sale_is_a_holding_opened_that_day(bank):
    without = """select count(*) from {sales} s where not exists (select 1 from {holdings} h
        where h.customer_id = s.customer_id and h.product = s.product and h.opened_on = s.sold_on)"""
    assert bank.number(without) == 0
