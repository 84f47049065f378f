"""One booster grown by several processes over LightGBM's own sockets, each with a part of the rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.boosting import Booster, described, refuse_one_class, stopper
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.params import binning_params, training_params, usual_leaf

# Minutes after which a process gives up on another that does not answer.
PATIENCE = 2
PORT_TAKEN = "Binding port"


class PortTaken(Exception):  # noqa: N818  # an event, caught by whoever chose the port
    """Another program listens on the port by now."""


@dataclass(frozen=True)
class Place:
    """Which of the processes this one is. hosts: `address:port` of each, alike in all of them; rank: from 0."""

    hosts: tuple[str, ...]
    rank: int

    def params(self) -> dict[str, Any]:
        """LightGBM's parameters: where the others are, and that each has rows of its own."""
        return {
            "machines": ",".join(self.hosts),
            "num_machines": len(self.hosts),
            "local_listen_port": int(self.hosts[self.rank].rpartition(":")[2]),
            "tree_learner": "data",
            "pre_partition": True,
            "time_out": PATIENCE,
        }


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that one process learns from or stops on. matrix: (n, n_features). y, weight: (n,)."""

    matrix: Matrix
    y: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64] | None = None


def settings_of_all(
    params: Mapping[str, Any], train: npt.NDArray[np.float64], valid: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """Return the parameters all processes share; what depends on the rows is decided by all of them.

    train, valid: the targets of all rows. Raises UserError as `fit_booster`.
    """
    if len(train) == 0 or len(valid) == 0:
        raise UserError("there are no rows to learn from: see population and split in the pipeline")
    shared = {"min_data_in_leaf": usual_leaf(len(train)), **params}
    if training_params(shared)["objective"] == "binary":
        refuse_one_class("training", train)
        refuse_one_class("validation", valid)
    return shared


def fit_part(
    place: Place,
    train: Part,
    valid: Part | None,
    encoding: Encoding,
    params: Mapping[str, Any],
    rounds: Sequence[int],
) -> Booster:
    """Grow the trees of all processes; each ends with the same ones.

    valid: rows to stop on, given to the first process alone, since it alone decides: the others go on until they
    are ended. rounds: most, and those without progress. Raises PortTaken, and LightGBM's own error when another
    process is gone.
    """
    most, patience = rounds
    network = place.params()
    binned = {**binning_params({k: v for k, v in params.items() if k not in network}), **network}
    # Not binned before the sockets are open: bins are then found by all processes, each for some of the features.
    learn = described(train.matrix, train.y, encoding, None, binned, train.weight)
    stop = None if valid is None else described(valid.matrix, valid.y, encoding, learn, binned, valid.weight)
    try:
        return lgb.train(
            {**training_params(params), **network},
            learn,
            num_boost_round=most,
            valid_sets=[] if stop is None else [stop],
            valid_names=[] if stop is None else ["valid"],
            callbacks=[] if stop is None else [stopper(patience)],
        )
    except lgb.basic.LightGBMError as error:
        if PORT_TAKEN in str(error):
            raise PortTaken(str(error)) from error
        raise


def without_addresses(text: str) -> str:
    """The model's text without where it was grown: no two runs have the same ports."""
    return re.sub(r"^\[(machines|local_listen_port): .*\]\n", "", text, flags=re.MULTILINE)
