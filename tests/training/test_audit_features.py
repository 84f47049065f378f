"""A planted leak of each kind among the features is caught and named; honest features are left alone."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from leadlift.names import TEST, TRAIN
from leadlift.training import Cases, Finding
from leadlift.training.audit import audit_limits
from leadlift.training.audit.finding import named
from leadlift.training.audit.ids import identifiers
from leadlift.training.audit.missing import missing_follows
from leadlift.training.audit.purity import wilson_low
from leadlift.training.audit.sample import Training
from leadlift.training.audit.strength import too_good

from .audited import cases_of, flat, monthly

LIMITS = audit_limits()


def found_in(table: pa.Table, clockless: tuple[str, ...] = ()) -> list[Finding]:
    cases = cases_of(table)
    train = Training.of(cases)
    missing = [*missing_follows(train, LIMITS), *identifiers(train, table, LIMITS)]
    return [*missing, *too_good(train, clockless, named(missing), LIMITS)]


def told(table: pa.Table, clockless: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    return [(one.kind, one.severity, one.name) for one in found_in(table, clockless)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_honest_features_are_no_suspects_whatever_the_draw(seed):
    assert told(monthly(seed)) == []
    assert told(flat(seed=seed), ("wealth", "age", "region")) == []


def test_a_copy_of_the_outcome_is_named_with_its_auc():
    table = monthly(called_back=lambda y, draw: y + draw.normal(scale=0.1, size=len(y)))
    (found,) = found_in(table)
    assert (found.kind, found.severity, found.name) == ("feature_too_good", "error", "called_back")
    cases = cases_of(table)
    rows = cases.rows(TRAIN)
    assert found.evidence["auc"] == pytest.approx(
        roc_auc_score(cases.y[rows], cases.matrix[rows, 2]), abs=1e-5
    )


def test_a_leak_that_points_downwards_is_named_too():
    assert told(
        monthly(still_waits=lambda y, draw: -y.astype(float) + draw.normal(scale=0.1, size=len(y)))
    ) == [("feature_too_good", "error", "still_waits")]


def test_a_category_that_tells_the_outcome_is_named():
    table = monthly(status=lambda y, draw: pa.array(np.where(y, "sold", "open")))
    assert told(table) == [("feature_too_good", "error", "status")]


def test_a_value_that_few_have_and_all_of_them_respond_is_named_though_its_auc_is_low():
    # one responder in five has been refunded, and nobody else
    def refunded(y, draw):
        return np.where(y & (draw.random(len(y)) < 0.2), draw.uniform(1, 9, len(y)), 0.0)

    (found,) = found_in(monthly(refund=refunded))
    assert (found.kind, found.severity, found.name) == ("decides_the_outcome", "error", "refund")
    assert found.evidence["share"] == 1.0


def test_without_a_clock_the_same_value_is_known_afterwards():
    def left(y, draw):
        return pa.array(np.where(y & (draw.random(len(y)) < 0.2), "moved away", "none"))

    assert told(flat(reason=left), ("reason",)) == [("known_afterwards", "error", "reason")]


def test_a_column_without_a_clock_may_follow_the_target_less_closely_than_one_with_a_clock():
    table = flat(calls=lambda y, draw: 1.4 * y + draw.normal(size=len(y)))  # AUC about 0.84
    assert told(table) == []
    assert told(table, ("calls",)) == [("known_afterwards", "warn", "calls")]


def test_a_column_filled_in_for_responders_is_named_by_its_missing_values():
    def closed(y, draw):
        return pa.array([value if yes else None for yes, value in zip(y, draw.random(len(y)), strict=True)])

    assert told(monthly(closed_days=closed)) == [("missing_follows_target", "error", "closed_days")]


def test_a_column_filled_in_for_a_few_responders_alone_is_named_too():
    def noted(y, draw):
        some = y & (draw.random(len(y)) < 0.15)
        return pa.array([1.0 if yes else None for yes in some])

    (found,) = found_in(monthly(remark=noted))
    assert (found.kind, found.severity, found.name) == ("missing_follows_target", "error", "remark")
    assert found.evidence["missing_of_others"] == 1.0


def test_a_value_that_tells_all_is_an_error_though_who_has_one_is_only_a_warning():
    # all responders have a value and a third of the others: its presence alone is no error, its value is
    def kept(y, draw):
        has = y | (draw.random(len(y)) < 0.33)
        return pa.array([float(yes) if there else None for yes, there in zip(y, has, strict=True)])

    assert told(monthly(kept=kept)) == [
        ("missing_follows_target", "warn", "kept"),
        ("feature_too_good", "error", "kept"),
    ]


def test_without_a_clock_the_worse_of_what_a_value_and_its_auc_say_counts():
    # one value that nearly only responders have is a warning, how well all values separate an error
    def mark(y, draw):
        high = y | (draw.random(len(y)) < 0.16)
        sure = draw.random(len(y)) < np.where(y, 0.25, 0.0033)
        return np.where(sure, 99, np.where(high, draw.integers(10, 15, len(y)), draw.integers(0, 10, len(y))))

    (found,) = found_in(flat(mark=mark), ("mark",))
    assert (found.kind, found.severity) == ("known_afterwards", "error")
    assert "auc" in found.evidence


def test_columns_missing_in_the_same_cases_are_one_finding():
    def closed(y, draw):
        return pa.array([1.0 if yes else None for yes in y])

    (found,) = found_in(monthly(first=closed, second=closed))
    assert (found.name, found.also) == ("first", ("second",))
    assert "second" in found.text


def test_values_missing_at_random_are_no_suspects():
    def holes(y, draw):
        return pa.array([value if value > 0.4 else None for value in draw.random(len(y))])

    assert told(monthly(holes=holes), ("holes",)) == []


@pytest.mark.parametrize(
    "values",
    [
        lambda y, draw: draw.permutation(len(y)) + 100_000,
        lambda y, draw: pa.array([f"K-{n:06d}" for n in draw.permutation(len(y))]),
        lambda y, draw: pa.array(draw.integers(10**15, 10**16, len(y))),
    ],
    ids=["counted", "text", "long numbers"],
)
def test_an_id_is_named_as_one(values):
    assert told(flat(contract=values), ("contract",)) == [("id", "warn", "contract")]


def test_an_id_whose_order_knows_the_outcome_stops_training():
    # responders were entered last
    def entered(y, draw):
        return np.argsort(np.argsort(y + draw.normal(scale=1.0, size=len(y)))) + 1

    assert told(flat(contract=entered), ("contract",)) == [("id_that_separates", "error", "contract")]


@pytest.mark.parametrize(
    "values",
    [
        lambda y, draw: np.rint(np.exp(draw.normal(9, 1.5, len(y)))),
        lambda y, draw: draw.integers(0, 4_000, len(y)),
        lambda y, draw: draw.normal(size=len(y)),
        lambda y, draw: pa.array(draw.choice([f"p{n}" for n in range(800)], len(y))),
    ],
    ids=["whole amounts", "days", "fractions", "postcodes"],
)
def test_numbers_and_names_that_tell_something_are_no_ids(values):
    assert told(flat(amount=values), ("amount",)) == []


def test_a_number_that_changes_with_time_is_no_id():
    assert told(monthly(balance=lambda y, draw: draw.permutation(len(y)))) == []


def test_the_outcomes_of_the_test_are_never_read():
    table = monthly(called_back=lambda y, draw: y + draw.normal(scale=0.4, size=len(y)))
    cases = cases_of(table)
    y = cases.y.copy()
    y[cases.rows(TEST)] = 1 - y[cases.rows(TEST)]
    other = Cases(cases.encoding, cases.matrix, y, cases.customer, cases.as_of, cases.parts)
    first, second = (too_good(Training.of(one), (), {}, LIMITS) for one in (cases, other))
    assert first == second
    assert first != []


def test_few_responders_prove_nothing():
    table = flat(rows=400, lucky=lambda y, draw: np.where(y, 1.0, draw.random(len(y)) < 0.1))
    few = table.slice(0, 80)
    train = Training.of(cases_of(few))
    assert train.y.sum() < LIMITS["feature_too_good"].fewest
    assert too_good(train, (), {}, LIMITS) == []


def test_the_interval_of_a_share_is_that_of_wilson():
    # Wilson's interval solves (p - share)^2 = z^2 p (1 - p) / n for p
    low = wilson_low(0.9, 50)
    assert (0.9 - low) ** 2 == pytest.approx(1.959963984540054**2 * low * (1 - low) / 50)
    assert low < 0.9
    assert math.isclose(wilson_low(1.0, 20), 20 / (20 + 1.959963984540054**2))


def test_a_code_among_others_that_is_set_at_the_sale_is_named_though_its_neighbours_are_common():
    # one responder in five has code 3, and nobody else; 1, 2 and 4 to 9 say nothing
    def coded(y, draw):
        other = draw.choice([1, 2, 4, 5, 6, 7, 8, 9], len(y))
        return np.where(y & (draw.random(len(y)) < 0.2), 3, other)

    (found,) = found_in(monthly(code=coded))
    assert (found.kind, found.severity, found.name) == ("decides_the_outcome", "error", "code")
