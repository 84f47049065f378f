"""Do lists bring what was expected? Simulated banks at five base rates, with months that differ and unlike customers.

Run: python benchmarks/quality/coverage.py --worlds 10 [--ensemble 5]
Each world: customers with eight features, of which five tell (bent, and two of them together), six months of cases
whose level moves by 5 % (standard deviation, log-odds) from month to month, the model trained as `leadlift train` does
it, and a new month of 60,000 other customers. Lists: everyone, the best 1, 5, 10 and 30 %, the best 10 % of one region.
Bars: calibration error at most 0.01, and responders within the 95 % interval in nine of ten lists.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadlift.evaluation import auc, calibration_error
from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, Parts, fit_calibrated

RATES = (0.002, 0.01, 0.05, 0.11, 0.30)
MONTHS, WOBBLE, NEW = 6, 0.05, 60_000
SHARES = {TRAIN: 0.65, VALID: 0.8, CALIBRATION: 1.0}


@dataclass(frozen=True)
class World:
    """A bank whose customers respond by chances that are known. intercept: log-odds at which the base rate is met."""

    rate: float
    intercept: float

    @classmethod
    def of(cls, rate: float) -> World:
        odds = tell(features(np.random.default_rng(0), 200_000))
        low, high = -20.0, 10.0
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if chance(odds + middle).mean() < rate else (low, middle)
        return cls(rate, low)

    def respond(self, rng: np.random.Generator, x: np.ndarray, effect: np.ndarray | float) -> np.ndarray:
        return (rng.random(len(x)) < chance(tell(x) + self.intercept + effect)).astype(float)


def features(rng: np.random.Generator, n: int) -> np.ndarray:
    x = rng.normal(size=(n, 8))
    x[:, 4] = rng.integers(0, 6, n)
    x[rng.random(n) < 0.1, 1] = np.nan
    return x.astype(np.float32)


def tell(x: np.ndarray) -> np.ndarray:
    wealth = np.nan_to_num(x[:, 1], nan=-0.5)
    return 0.9 * x[:, 0] + 0.5 * np.tanh(2 * wealth) + 0.6 * x[:, 2] * (x[:, 3] > 0) + 0.4 * (x[:, 4] == 2)


def chance(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


def measured(world: World, seed: int, n: int, spec: ModelChoice, wobble: float) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, wobble, MONTHS + 1)
    x, month = features(rng, n), np.sort(rng.integers(0, MONTHS, n))
    y = world.respond(rng, x, effects[month])
    fresh = features(rng, NEW)
    came = world.respond(rng, fresh, effects[-1])
    share = rng.random(n)
    rows, low = {TEST: np.arange(n, n + NEW)}, 0.0
    for part, high in SHARES.items():
        rows[part], low = np.flatnonzero((share >= low) & (share < high)), high
    names = [f"f{i}" for i in range(x.shape[1])]
    as_of = np.datetime64("2025-01", "M") + np.append(month, np.full(NEW, MONTHS))
    # the outcomes of the new month stay unknown to the fit: it is given none
    hidden = np.append(y, np.zeros(NEW))
    cases = Cases(
        Encoding(tuple(names), {}), np.concatenate([x, fresh]), hidden, np.arange(n + NEW),
        as_of.astype("datetime64[D]"), Parts(rows, None, 0),
    )  # fmt: skip
    model = fit_calibrated(cases, {}, spec, "the new month")
    raw = model.raw(fresh)
    told = model.told(raw).probability
    facts = {
        "rate": world.rate, "kind": model.calibrator.kind, "error": calibration_error(came, told),
        "auc": auc(came, raw),
    }  # fmt: skip
    return [
        {**facts, "list": name, **within(model, raw[chosen], came[chosen])}
        for name, chosen in lists(raw, fresh)
    ]


def lists(raw: np.ndarray, x: np.ndarray) -> list[tuple[str, np.ndarray]]:
    best = np.argsort(-raw, kind="stable")
    region = best[x[best, 4] == 2]
    shares = [(f"best {share:.0%}", best[: int(len(best) * share)]) for share in (0.01, 0.05, 0.1, 0.3)]
    return [("everyone", best), *shares, ("best 10% of a region", region[: len(region) // 10])]


def within(model: object, raw: np.ndarray, came: np.ndarray) -> dict[str, object]:
    told = model.expected(raw)  # type: ignore[attr-defined] # a Model
    return {
        "inside": told.low <= came.sum() <= told.high,
        "ratio": came.sum() / told.value,
        "width": (told.high - told.low) / told.value,
    }


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--worlds", type=int, default=10)
    told.add_argument("--cases", type=int, default=60_000)
    told.add_argument("--wobble", type=float, default=WOBBLE, help="of the months, in log-odds")
    told.add_argument("--ensemble", type=int, default=1)
    told.add_argument("--rates", type=float, nargs="+", default=list(RATES))
    args = told.parse_args()
    spec = ModelChoice(ensemble=args.ensemble)
    for rate in args.rates:
        world = World.of(rate)
        n = args.cases * (3 if rate < 0.005 else 1)
        lines = pd.DataFrame(
            [one for seed in range(args.worlds) for one in measured(world, seed, n, spec, args.wobble)]
        )
        by_list = lines.groupby("list", sort=False)[["inside", "ratio", "width"]].mean().round(3)
        print(
            f"\nrate {rate:.1%}: calibration error {lines['error'].mean():.4f} (worst {lines['error'].max():.4f}), "
            f"AUC {lines['auc'].mean():.3f}, inside {lines['inside'].mean():.3f} of {len(lines)} lists, "
            f"{lines.drop_duplicates('error')['kind'].value_counts().to_dict()}\n{by_list.to_string()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
