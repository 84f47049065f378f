"""Was the contact drawn at random? A classifier that can tell who was contacted says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadlift.errors import GateError, UserError
from leadlift.evaluation import Estimate, clustered_auc
from leadlift.models import Encoding, Matrix, fit_booster, make_dataset
from leadlift.models.uplift import folds
from leadlift.training.cases import Cases

Floats = npt.NDArray[np.float64]

CLASSIFIER = {"num_leaves": 8, "min_data_in_leaf": 50, "learning_rate": 0.1}
ROUNDS, FOLDS = 40, 5
EDGE = 0.02
"""Nobody is weighted by a chance of treatment nearer to 0 or 1: one customer would stand for fifty."""
MOST_OUTSIDE = 0.05
SLIGHT = 0.53
"""Below this AUC a difference that is sure but small is told, and does not stop a training."""
TOLD = 3
FEWEST_OF_AN_ARM = 50
DAY = "the as-of day"


@dataclass(frozen=True, eq=False)
class Randomisation:
    """How well features tell who was contacted.

    auc: of a classifier that never saw the customer, with its 95 % interval: 0.5 for a draw. propensity: (n,), its
    chance of treatment for each case. told_by: the features it used most, when it found something.
    """

    auc: Estimate
    propensity: Floats
    told_by: tuple[str, ...]

    @property
    def randomised(self) -> bool:
        """Whether the features know no more of the treatment than luck would."""
        return not self.auc.low > 0.5

    def __str__(self) -> str:
        """As a reviewer reads it."""
        found = f"AUC {self.auc.value:.3f} [{self.auc.low:.3f}, {self.auc.high:.3f}], 0.5 is a draw"
        if self.randomised:
            return f"treatment was drawn at random as far as the features tell: {found}"
        told = ", ".join(self.told_by)
        return f"treatment was not drawn at random: features tell who was contacted ({found}): {told}"


def check_randomised(
    matrix: Matrix,
    treated: Floats,
    customer: npt.NDArray[np.intp],
    encoding: Encoding,
    before: npt.NDArray[np.intp],
    seed: int,
) -> Randomisation:
    """Ask a classifier who was treated.

    matrix: (n, n_features). treated: (n,), 1 or 0. before: rows before the test, which alone are learned from; they get
    the chance that a model gives who never saw their customer, the others that of a model of all of them.
    """
    chance = np.empty(len(treated))
    params = {**CLASSIFIER, "seed": seed}

    def model(rows: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
        booster = fit_booster(make_dataset(matrix[rows], treated[rows], encoding), None, params, ROUNDS)
        return np.asarray(booster.predict(matrix)), booster.feature_importance("gain")

    everyone, gains = model(before)
    chance[:] = everyone
    for learn, tell in folds(customer[before], FOLDS, seed):
        chance[before[tell]] = model(before[learn])[0][before[tell]]
    codes = np.unique(customer[before], return_inverse=True)[1]
    auc = clustered_auc(treated[before], chance[before], codes)
    used = np.argsort(-gains, kind="stable")[:TOLD]
    return Randomisation(auc, chance, tuple(encoding.features[i] for i in used if gains[i] > 0))


def with_day(cases: Cases) -> tuple[Matrix, Encoding]:
    """The cases' features and the as-of day, where it differs: shares of controls that change in time are no draw.

    Over lists of unlike response, one of which left more customers alone, contacted and control differ by the list.
    """
    days = cases.as_of
    if np.isnat(days).any() or days.min() == days.max():
        return cases.matrix, cases.encoding
    since = (days - days.min()).astype(np.float32).reshape(-1, 1)
    features = (*cases.encoding.features, DAY)
    return np.hstack([cases.matrix, since]), replace(cases.encoding, features=features)


def arms_drawn(
    cases: Cases, group: npt.NDArray[np.intp], arms: Sequence[str], before: npt.NDArray[np.intp], seed: int
) -> tuple[str, Randomisation] | None:
    """The arm that features tell most surely from the other arms; None where they tell none, or only slightly.

    group: (n,), 0 for controls, 1 and up for the arms. before: rows before the test.
    """
    matrix, encoding = with_day(cases)
    contacted = before[group[before] > 0]
    found = []
    for number, name in enumerate(arms, start=1):
        here = (group[contacted] == number).astype(np.float64)
        if min(here.sum(), len(here) - here.sum()) >= FEWEST_OF_AN_ARM:
            rows = np.arange(len(contacted))
            of_arm = check_randomised(
                matrix[contacted], here, cases.customer[contacted], encoding, rows, seed
            )
            found.append((name, of_arm))
    worst = max(found, key=lambda one: one[1].auc.low, default=None)
    if worst is None or worst[1].randomised or worst[1].auc.value < SLIGHT:
        return None
    return worst


def propensity_of(found: Randomisation, treated: Floats, policy: str, pipeline: str) -> tuple[Floats, str]:
    """The chance of treatment to reckon with, (n,), and what is to be said of it.

    policy: refuse, warn or weight, as the pipeline says. Raises GateError when treatment was not randomised and the
    policy is to refuse; UserError when weighting cannot help, as for many there is nobody to compare them with.
    """
    share = np.full(len(treated), float(treated.mean()))
    if policy == "weight" and not found.randomised:
        outside = float(np.mean((found.propensity < EDGE) | (found.propensity > 1 - EDGE)))
        if outside > MOST_OUTSIDE:
            raise UserError(
                f"pipeline {pipeline}: {outside:.0%} of the cases were almost sure to be contacted, or not to be: "
                "there is nobody to compare them with. Narrow `population.where` to customers of whom both kinds exist"
            )
        return np.clip(found.propensity, EDGE, 1 - EDGE), f"{found}; cases are weighted by inverse propensity"
    if found.randomised:
        return share, str(found)
    if policy == "refuse" and found.auc.value >= SLIGHT:
        raise GateError(
            f"pipeline {pipeline}: {found}. Keep to randomised contacts in `population.where`; or, if all that decided "
            "who was contacted is among the features, say `not_randomised: weight` in `treatment`"
        )
    return share, f"{found}; the effects may be those of who was chosen"
