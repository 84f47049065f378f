"""Clusters found, and how many of them: those that come out again from other customers, and stand apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

DRAWS = 8
FITTED, TOLD = 20_000, 4_000
STABLE, NEAR = 0.8, 0.05


@dataclass(frozen=True)
class Middles:
    """Clusters in scaled measures, the largest first. variances: of a mixture; shares: of the customers."""

    middles: Floats
    variances: Floats | None
    shares: Floats

    def nearest(self, points: Floats) -> Ints:
        """The cluster of each point, (n,): the nearest middle, or the most probable of a mixture."""
        if self.variances is None:
            far = ((points[:, None, :] - self.middles[None]) ** 2).sum(axis=2)
        else:
            spread = ((points[:, None, :] - self.middles[None]) ** 2 / self.variances[None]).sum(axis=2)
            far = spread + np.log(self.variances).sum(axis=1) - 2 * np.log(self.shares)
        return np.asarray(far.argmin(axis=1), dtype=np.intp)


@dataclass(frozen=True)
class Tried:
    """One number of clusters. stability: mean adjusted Rand index of resampled fits with the fit on all."""

    clusters: int
    silhouette: float
    stability: float
    chosen: bool = False


def find(points: Floats, method: str, clusters: int, seed: int) -> Middles:
    """The clusters of the points, by k-means or by a mixture of Gaussians with a variance for each measure."""
    model = _fitted(points, method, clusters, seed)
    if method == "kmeans":
        middles, variances = model.cluster_centers_, None
    else:
        middles, variances = model.means_, model.covariances_
    shares = np.bincount(model.predict(points), minlength=clusters) / len(points)
    if method == "mixture":
        shares = model.weights_
    order = np.argsort(-shares, kind="stable")
    return Middles(
        np.asarray(middles)[order],
        None if variances is None else np.asarray(variances)[order],
        np.asarray(shares)[order],
    )


def try_numbers(points: Floats, method: str, numbers: Sequence[int], seed: int) -> list[Tried]:
    """Each number of clusters judged, the one to take marked.

    Of those whose stability is 0.8 or more (where there is none, within 0.05 of the best) the one with the highest
    silhouette; of equals the fewer clusters.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    rng = np.random.default_rng(seed)
    some = points[rng.permutation(len(points))[:TOLD]]
    tried = []
    for number in numbers:
        whole = find(points, method, number, seed).nearest(some)
        again = []
        for draw in range(DRAWS):
            rows = rng.integers(0, len(points), min(len(points), TOLD))
            other = find(points[rows], method, number, seed + draw + 1).nearest(some)
            again.append(adjusted_rand_score(whole, other))
        apart = silhouette_score(some, whole) if len(set(whole)) > 1 else -1.0
        tried.append(Tried(number, float(apart), float(np.mean(again))))
    taken = choose(tried)
    return [Tried(one.clusters, one.silhouette, one.stability, one is taken) for one in tried]


def choose(tried: Sequence[Tried]) -> Tried:
    """The number of clusters to take."""
    least = min(STABLE, max(one.stability for one in tried) - NEAR)
    steady = [one for one in tried if one.stability >= least]
    return max(steady, key=lambda one: (round(one.silhouette, 3), -one.clusters))


def kept_ids(before: Ints, now: Ints, ids: Sequence[str], clusters: int) -> list[str]:
    """The id of each new cluster: that of the old one with which it shares most customers; a new id for what is new.

    before, now: (n,), the old and the new cluster of the same customers. ids: of the old ones.
    """
    from scipy.optimize import linear_sum_assignment

    shared = np.zeros((len(ids), clusters))
    np.add.at(shared, (before, now), 1)
    old, new = linear_sum_assignment(-shared)
    kept = {int(b): ids[int(a)] for a, b in zip(old, new, strict=True)}
    fresh = (f"c{number}" for number in range(1, 1000) if f"c{number}" not in ids)
    return [kept.get(place) or next(fresh) for place in range(clusters)]


def _fitted(points: Floats, method: str, clusters: int, seed: int) -> Any:
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    if method == "kmeans":
        return KMeans(clusters, n_init=4, random_state=seed).fit(points)
    return GaussianMixture(clusters, covariance_type="diag", n_init=2, reg_covar=1e-2, random_state=seed).fit(
        points
    )
