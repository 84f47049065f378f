"""A logistic regression of one or two columns that may not fall: what parametric calibration needs, and no more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Keeps the slopes finite where the columns part the classes perfectly; the intercept stays free.
RIDGE = 1e-4
ROUNDS, CLOSE = 100, 1e-10


def fit_line(columns: Floats, y: Floats, weight: Floats) -> tuple[list[float], float]:
    """Return the slopes, none below 0, and the intercept that are likeliest.

    columns: (n, k). y: (n,), 0 or 1, or rates of groups. weight: (n,), customers a row stands for. A slope that
    comes out below 0 is set to 0 and the rest is fitted anew, the lowest first. By Newton's method, never overshooting.
    """
    free = list(range(columns.shape[1]))
    while True:
        found = _newton(columns[:, free], y, weight)
        if not free or found[:-1].min() >= 0.0:
            break
        del free[int(found[:-1].argmin())]
    slopes = np.zeros(columns.shape[1])
    slopes[free] = found[:-1]
    return slopes.tolist(), float(found[-1])


def _newton(columns: Floats, y: Floats, weight: Floats) -> Floats:
    # columns of like size, about 0, keep the equations well conditioned
    centre = np.average(columns, axis=0, weights=weight)
    size = np.sqrt(np.average((columns - centre) ** 2, axis=0, weights=weight))
    size[size < 1e-12] = 1.0
    x = np.column_stack([(columns - centre) / size, np.ones(len(columns))])
    ridge = np.append(RIDGE / size**2, 0.0)
    rate = np.average(y, weights=weight)
    at = np.append(np.zeros(columns.shape[1]), np.log(rate) - np.log1p(-rate))
    loss = _loss(x, y, weight, ridge, at)
    for _ in range(ROUNDS):
        chance = 0.5 * (1.0 + np.tanh(0.5 * (x @ at)))
        slope = x.T @ (weight * (chance - y)) + ridge * at
        curve = (x * (weight * chance * (1.0 - chance))[:, None]).T @ x + np.diag(ridge + 1e-12)
        step = np.linalg.solve(curve, slope)
        nearer = _loss(x, y, weight, ridge, at - step)
        while nearer > loss + CLOSE and np.abs(step).max() > CLOSE:
            step = step / 2.0
            nearer = _loss(x, y, weight, ridge, at - step)
        at, loss = at - step, nearer
        if np.abs(step).max() < CLOSE:
            break
    slopes = at[:-1] / size
    return np.append(slopes, at[-1] - slopes @ centre)


def _loss(x: Floats, y: Floats, weight: Floats, ridge: Floats, at: Floats) -> float:
    odds = x @ at
    return float(weight @ (np.logaddexp(0.0, odds) - y * odds) + 0.5 * ridge @ at**2)
