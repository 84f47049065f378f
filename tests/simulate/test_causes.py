import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

HAPPENED = {
    "fund_natural": "select customer_id, opened_on as day from {holdings} where product = 'fund'",
    "card_natural": "select customer_id, opened_on as day from {holdings} where product = 'card'",
    "leave": """select customer_id, max(valid_to) as day from {customers} group by 1
        having count(*) = count(valid_to)""",
    "fund_redeem": "select customer_id, closed_on as day from {holdings} where product = 'fund'",
    "arrears": "select customer_id, recorded_on as day from {arrears}",
}


def chances_and_outcomes(bank, event):
    """Chances at the month ends whose 90 days are over, and whether the event happened in them."""
    sql = f"""with happened as ({HAPPENED[event]})
        select chance, exists (select 1 from happened h where h.customer_id = c.customer_id
            and h.day > c.as_of and h.day <= c.as_of + 90)::int
        from {{chances}} c where event = '{event}' and as_of <= date '2025-12-31'"""
    return np.array(bank.rows(sql)).T


@pytest.mark.parametrize("event", HAPPENED)
def test_the_true_chances_say_how_often_things_happen(bank, event):
    chance, happened = chances_and_outcomes(bank, event)
    assert happened.mean() == pytest.approx(chance.mean(), rel=0.35)
    likely = chance >= np.quantile(chance, 0.9)
    assert happened[likely].mean() == pytest.approx(chance[likely].mean(), rel=0.35)


@pytest.mark.parametrize("event", HAPPENED)
def test_the_true_chances_rank_well(bank, event):
    chance, happened = chances_and_outcomes(bank, event)
    assert roc_auc_score(happened, chance) > 0.75


def test_a_random_contact_raises_deposits_by_about_the_true_effect(bank):
    sold = """select avg((exists (select 1 from {{holdings}} h where h.customer_id = c.customer_id
            and product = 'term_deposit' and opened_on > c.as_of and opened_on <= c.as_of + 60))::int)
        from {{chances}} c where event = 'term_deposit_natural' and as_of <= date '2026-01-31' and {} exists (
            select 1 from {{contacts}} k where k.customer_id = c.customer_id and offer = 'term_deposit'
            and {} last_day(k.contacted_at::date) = last_day(c.as_of + 1))"""
    contacted = bank.number(sold.format("", "randomised and"))
    alone = bank.number(sold.format("not", ""))
    effect = bank.number("select avg(effect) from {effects} where offer = 'term_deposit'")
    assert contacted - alone == pytest.approx(effect, abs=0.02)
    assert contacted > alone


TRACES = [
    ("digital_habit", "channel_events", "event_type = 'app_login'"),
    ("risk_appetite", "transactions", "category = 'investment'"),
    ("price_sensitivity", "channel_events", "topic = 'term_deposit'"),
    ("price_sensitivity", "transactions", "category = 'to_other_bank'"),
]


@pytest.mark.parametrize(("trait", "table", "where"), TRACES)
def test_hidden_traits_leave_traces(bank, trait, table, where):
    counts = f"select customer_id, count(*) n from {{{table}}} where {where} group by 1"
    correlation = f"""select corr({trait}, coalesce(ln(1 + n), 0))
        from {{latents}} left join ({counts}) using (customer_id)"""
    assert bank.number(correlation) > 0.2


def test_maturing_deposits_make_a_new_deposit_far_likelier(bank):
    chance = """select avg(chance) from {{chances}} c where event = 'term_deposit_natural' and {} exists (
        select 1 from {{holdings}} h where h.customer_id = c.customer_id and product = 'term_deposit'
        and opened_on <= c.as_of and (closed_on is null or closed_on > c.as_of)
        and matures_on <= c.as_of + 50)"""
    assert bank.number(chance.format("")) > 5 * bank.number(chance.format("not"))


def test_a_complaint_makes_leaving_likelier(bank):
    chance = """select avg(chance) from {{chances}} c where event = 'leave' and {} exists (
        select 1 from {{channel_events}} e where e.customer_id = c.customer_id and event_type = 'complaint'
        and last_day(happened_at::date) = c.as_of)"""
    assert bank.number(chance.format("")) > 2 * bank.number(chance.format("not"))


def test_contacts_put_some_customers_off(bank):
    effect = """select avg(effect) from {{effects}} join {{latents}} using (customer_id)
        where offer = 'card' and card_type = '{}'"""
    assert bank.number(effect.format("do_not_disturb")) < 0 < bank.number(effect.format("persuadable"))
