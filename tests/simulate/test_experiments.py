"""The bank's own experiments: two arms of the same customers, and controls who are left alone."""

from datetime import date

import duckdb
import numpy as np
import pytest

from leadlift.simulate import BankPlan, _block, _experiments, simulate


def test_both_arms_are_of_one_size_and_of_every_offer(bank):
    rows = bank.rows("select offer, arm, count(*) from {experiments} group by all order by all")
    counts = {(offer, arm): count for offer, arm, count in rows}
    assert len(counts) == 10
    for offer in {offer for offer, _ in counts}:
        control, contact = counts[offer, "control"], counts[offer, "contact"]
        assert abs(control - contact) < 4 * np.sqrt(control + contact), offer


def test_a_control_is_not_contacted_about_the_offer_in_the_month_of_the_draw_or_the_next(bank):
    again = """select count(*) from {experiments} e join {contacts} c using (customer_id, offer)
        where arm = 'control' and date_trunc('month', contacted_at)
        between date_trunc('month', drawn_on) and date_trunc('month', drawn_on) + interval 1 month"""
    assert bank.number(again) == 0


def test_the_arm_that_is_contacted_was_drawn_at_random_and_contacted_that_day(bank):
    contacted = """select count(*), count(c.contact_id) filter (c.randomised and c.campaign = e.campaign)
        from {experiments} e left join {contacts} c on c.customer_id = e.customer_id and c.offer = e.offer
        and c.contacted_at::date = e.drawn_on where arm = 'contact'"""
    [(drawn, found)] = bank.rows(contacted)
    assert drawn == found > 1_000


def test_the_last_month_tells_of_no_draw_since_nobody_knows_yet_who_is_left_alone(bank):
    [(first, last)] = bank.rows("select min(drawn_on), max(drawn_on) from {experiments}")
    assert (first, last) == (date(2025, 7, 1), date(2026, 2, 28))


@pytest.mark.parametrize("offer", ["term_deposit", "card"])
def test_the_arms_are_alike_in_what_decides_the_effect(offer, bank):
    """Means of the true effect and of wealth, on the month end before the draw, differ by chance alone."""
    drawn = f"""select arm, effect, ln(greatest(total_assets, 100))::double as wealth from {{experiments}} e
        join {{effects}} t on t.customer_id = e.customer_id and t.offer = e.offer
            and t.as_of = date_trunc('month', drawn_on)::date - 1
        join {{balances}} b on b.customer_id = e.customer_id and b.month_end = t.as_of where e.offer = '{offer}'"""
    for what in ("effect", "wealth"):
        rows = bank.rows(f"select count(*), avg({what}), var_samp({what}) from ({drawn}) group by arm")
        (n1, mean1, var1), (n2, mean2, var2) = rows
        assert abs(mean1 - mean2) < 4 * np.sqrt(var1 / n1 + var2 / n2), what


def test_contacts_bring_the_true_effect(bank):
    """Within four standard errors, for term deposits, whose experiment is the largest."""
    sold = """select arm, count(*), avg(exists (select 1 from {sales} s where s.customer_id = e.customer_id
            and product = 'term_deposit' and sold_on > drawn_on and sold_on <= drawn_on + 60)::int)
        from {experiments} e where offer = 'term_deposit' and drawn_on <= date '2026-01-25' group by 1 order by 1"""
    truth = """select avg(effect) from {experiments} e join {effects} t on t.customer_id = e.customer_id
        and t.offer = e.offer and t.as_of = date_trunc('month', drawn_on)::date - 1 where e.offer = 'term_deposit'"""
    (_, n1, contact), (_, n2, control) = bank.rows(sold)
    error = np.sqrt(contact / n1 + control / n2)
    assert contact - control == pytest.approx(bank.number(truth), abs=4 * error)
    assert contact - control > 3 * error


def test_the_experiments_change_nothing_else(tmp_path, monkeypatch):
    """A bank that draws none has the very same files."""

    class Nothing(_experiments.Experiments):
        def follow(self, people, choice, month, ledger):
            pass

    plan = BankPlan(customers=200, months=3, end=date(2026, 3, 31))
    simulate(plan, tmp_path / "with")
    monkeypatch.setattr(_block, "Experiments", Nothing)
    simulate(plan, tmp_path / "without")
    files = [path.relative_to(tmp_path / "with") for path in (tmp_path / "with").rglob("*") if path.is_file()]
    other = [
        str(f)
        for f in files
        if (tmp_path / "with" / f).read_bytes() != (tmp_path / "without" / f).read_bytes()
    ]
    assert other == ["experiments.parquet"]
    with duckdb.connect() as engine:
        counts = f"select count(*) from '{tmp_path}/{{}}/experiments.parquet'"
        assert engine.sql(counts.format("without")).fetchall() == [(0,)]
        assert engine.sql(counts.format("with")).fetchall()[0][0] > 50
