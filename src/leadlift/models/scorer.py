"""A finished model: all that is needed to score a customer, frozen, to be saved and loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.errors import UserError
from leadlift.models.amounts import Amounts
from leadlift.models.bands import Bands, ReferencePercentiles
from leadlift.models.boosting import gain
from leadlift.models.calibrators import Calibrator, calibrator_from_dict
from leadlift.models.contributions import Explainer, fastest_explainer
from leadlift.models.doubt import METHODS, Doubt, Expected, certain
from leadlift.models.effect_doubt import EffectDoubt
from leadlift.models.effects import EffectBands, Straight, bands_from_dict
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.predictor import Predictor, fastest
from leadlift.models.storage import read_model, write_model


@dataclass(frozen=True, eq=False)
class Scores:
    """What a model says of n customers, in the order they came.

    score: (n,), raw output, to rank by. probability: (n,), calibrated, in (0, 1); of an uplift model the expected
    effect, of a value model the expected amount, in the units of the outcome. percentile: (n,), 1 to 100 among the
    reference population. band: (n,), A to E.
    """

    score: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    percentile: npt.NDArray[np.int8]
    band: npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Model:
    """Trees, the encoding they read, and what makes chances, places and letters of their output.

    doubt: what is not known of the calibration; None of value models, and in models from before it was kept.
    meta: what else should travel with it (pipeline, run, dates ...), as text.
    """

    booster: lgb.Booster
    encoding: Encoding
    calibrator: Calibrator
    bands: Bands
    percentiles: ReferencePercentiles
    meta: Mapping[str, str] = field(default_factory=dict)
    doubt: Doubt | EffectDoubt | None = None

    def predict(self, data: pa.Table | pa.RecordBatch, buffer: Matrix | None = None) -> Scores:
        """Score customers; `data` holds at least the features, one row a customer.

        buffer: for streams, room that every batch is encoded into anew. Raises as the encoding does.
        """
        return self.predict_matrix(self.encoding.encode(data, buffer))

    def predict_matrix(self, matrix: Matrix) -> Scores:
        """Score rows that are encoded already, (n, n_features)."""
        return self.told(self.raw(matrix))

    def told(self, score: npt.NDArray[np.float64]) -> Scores:
        """Return what the model says of customers whose raw outputs are known, (n,)."""
        probability = self.calibrator(score)
        return Scores(score, probability, self.percentiles.of(score), self.bands.of(probability))

    def expected(self, score: npt.NDArray[np.float64], holds: npt.ArrayLike = 1.0) -> Expected:
        """Return the responders to expect of customers whose raw outputs are known, (n,), and within which limits.

        holds: (n,) or one number in [0, 1], the share of the chance or effect that is left on the customer's channel.
        Of an uplift model the sum of effects; of a value model that of amounts, without limits.
        """
        if self.doubt is not None:
            return self.doubt.expected(self.calibrator, score, holds)
        told = self.calibrator(score) * np.asarray(holds, dtype=np.float64)
        if isinstance(self.calibrator, Straight | Amounts):
            return Expected(float(told.sum()), None, None)
        return certain(told)

    @property
    def predicts_effect(self) -> bool:
        """Whether `probability` is what a contact adds, and no chance."""
        return isinstance(self.calibrator, Straight)

    @property
    def adds_responders(self) -> bool:
        """Whether `probability` is what a contact adds to a chance, and not to an amount."""
        return isinstance(self.bands, EffectBands) and self.bands.share

    @property
    def predicts_amount(self) -> bool:
        """Whether `probability` is an amount, and no chance."""
        return isinstance(self.calibrator, Amounts)

    def expected_method(self, language: str = "en") -> str:
        """How the limits of `expected` are found, in words of a language."""
        if self.doubt is not None:
            return self.doubt.method(language)
        known = {Straight: "effect", Amounts: "amount"}
        return METHODS[language][known.get(type(self.calibrator), "certain")]

    def predictor(self, rows: int, sample: pa.RecordBatch) -> Predictor:
        """Return what gives the raw output of `rows` customers soonest; see `predictor.fastest`."""
        return fastest(self.booster, self.encoding, rows, sample)

    def raw(self, matrix: Matrix) -> npt.NDArray[np.float64]:
        """Return the uncalibrated output of encoded rows, (n,). No rows give an empty answer."""
        if len(matrix) == 0:
            return np.empty(0)
        return np.asarray(self.booster.predict(matrix), dtype=np.float64)

    def explainer(self, rows: int, sample: pa.RecordBatch) -> Explainer:
        """Return what gives the contributions to `rows` customers' scores soonest; see `fastest_explainer`."""
        return fastest_explainer(self.booster, self.encoding, rows, sample)

    def contributions(self, matrix: Matrix) -> npt.NDArray[np.float64]:
        """Return LightGBM's exact TreeSHAP values (Lundberg et al., 2020), (n, n_features + 1), in raw log-odds.

        The last column is what the model says of nobody in particular; a row's sum is its raw log-odds. The measure of
        what `explainer` gives, which is the one to take for many customers.
        """
        if len(matrix) == 0:
            return np.empty((0, len(self.encoding.features) + 1))
        return np.asarray(self.booster.predict(matrix, pred_contrib=True), dtype=np.float64)

    def importance(self) -> dict[str, float]:
        """Return by feature the training loss its splits took off, largest first; never used is 0."""
        return gain(self.booster, self.encoding)

    def save(self, folder: Path) -> Path:
        """Write the model as two text files and return the folder; one that is there already is replaced."""
        write_model(folder, self.booster.model_to_string(), self._rest())
        return folder

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; it predicts to the last bit what was saved.

        Raises UserError when a file is missing, is not ours, or the two do not belong together.
        """
        return cls._of(*read_model(folder))

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str, dict[str, Any]]]:
        """Travel to other processes as the texts that `save` writes: trees and all else."""
        return type(self)._of, (self.booster.model_to_string(), self._rest())

    @classmethod
    def _of(cls, trees: str, rest: Mapping[str, Any]) -> Self:
        return cls(
            booster=lgb.Booster(model_str=trees),
            encoding=Encoding.from_dict(rest["encoding"]),
            calibrator=calibrator_from_dict(rest["calibrator"]),
            bands=bands_from_dict(rest["bands"]),
            percentiles=ReferencePercentiles.from_dict(rest["percentiles"]),
            meta=rest["meta"],
            doubt=_doubt_of(rest.get("doubt")),
        )

    def _rest(self) -> dict[str, Any]:
        return {
            "encoding": self.encoding.to_dict(),
            "calibrator": self.calibrator.to_dict(),
            "bands": self.bands.to_dict(),
            "percentiles": self.percentiles.to_dict(),
            "doubt": self.doubt.to_dict() if self.doubt else None,
            "meta": dict(self.meta),
        }


def _doubt_of(saved: Mapping[str, Any] | None) -> Doubt | EffectDoubt | None:
    if not saved:
        return None
    kind = saved.get("kind")
    if kind is None:
        return Doubt.from_dict(saved)
    if kind != EffectDoubt.kind:
        raise UserError(
            f"the model keeps a doubt of kind {kind!r}, which only a later leadlift reads: update it"
        )
    return EffectDoubt.from_dict(saved)
