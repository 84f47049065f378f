"""Run by uplift.py under a Python that has scikit-uplift, causalml and lightgbm; knows nothing of leadlift."""

from __future__ import annotations

import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
SMALL = {"num_leaves": 8, "n_estimators": 100, "learning_rate": 0.05, "min_child_samples": 200}


def main(given: str, found: str) -> None:
    data = np.load(given)
    x, y, t, test = data["x"], data["y"], data["t"].astype(int), data["test"]
    told = {}
    for words, params in (("default", {}), ("small", SMALL)):
        for name, made in (*of_scikit_uplift(params), *of_causalml(params)):
            try:
                told[f"{name}, {words} trees"] = made(x, y, t, test)
            except Exception as fault:
                print(f"{name}, {words}: {fault!r}", file=sys.stderr)
    np.savez(found, **told)


def of_scikit_uplift(params):
    import pandas as pd
    from lightgbm import LGBMClassifier
    from sklift.models import ClassTransformation, SoloModel, TwoModels

    def learner():
        return LGBMClassifier(verbosity=-1, n_jobs=1, **params)

    def run(make):
        def fit(x, y, t, test):
            names = [f"f{i}" for i in range(x.shape[1])]
            frame, other = pd.DataFrame(x, columns=names), pd.DataFrame(test, columns=names)
            return np.asarray(make().fit(frame, pd.Series(y), pd.Series(t)).predict(other)).ravel()

        return fit

    yield "scikit-uplift SoloModel", run(lambda: SoloModel(learner()))
    yield "scikit-uplift TwoModels", run(lambda: TwoModels(learner(), learner()))
    yield "scikit-uplift ClassTransformation", run(lambda: ClassTransformation(learner()))


def of_causalml(params):
    from causalml.inference.meta import BaseDRLearner, BaseSRegressor, BaseTRegressor, BaseXRegressor
    from lightgbm import LGBMRegressor

    def run(kind):
        def fit(x, y, t, test):
            model = kind(learner=LGBMRegressor(verbosity=-1, n_jobs=1, **params), control_name=0)
            known = {} if kind in (BaseSRegressor, BaseTRegressor) else {"p": np.full(len(t), t.mean())}
            model.fit(X=x, treatment=t, y=y, **known)
            asked = {} if kind is not BaseXRegressor else {"p": np.full(len(test), t.mean())}
            return np.asarray(model.predict(X=test, **asked)).ravel()

        return fit

    for name, kind in (
        ("S", BaseSRegressor),
        ("T", BaseTRegressor),
        ("X", BaseXRegressor),
        ("DR", BaseDRLearner),
    ):
        yield f"causalml {name}", run(kind)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
