"""The one door to Optuna: imported here and nowhere else, quietly."""

from __future__ import annotations

import optuna
from optuna import Study, TrialPruned
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock
from optuna.study import StudyDirection, create_study
from optuna.trial import FrozenTrial, Trial, TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)

__all__ = [
    "BaseDistribution",
    "BaseStorage",
    "FloatDistribution",
    "FrozenTrial",
    "InMemoryStorage",
    "IntDistribution",
    "JournalFileBackend",
    "JournalFileSymlinkLock",
    "JournalStorage",
    "MedianPruner",
    "PedAnovaImportanceEvaluator",
    "RDBStorage",
    "StorageInternalError",
    "Study",
    "StudyDirection",
    "TPESampler",
    "Trial",
    "TrialPruned",
    "TrialState",
    "UpdateFinishedTrialError",
    "create_study",
    "get_param_importances",
]
