"""Where every run and every model version is kept. The house knows the protocol; MLflow stays behind it."""

from leadlift.tracking.memory import MemoryTracker
from leadlift.tracking.opening import open_tracker
from leadlift.tracking.places import QUIET, ui_address, ui_command
from leadlift.tracking.protocol import (
    MAKES_MODELS,
    STAGES,
    DataSet,
    ModelVersion,
    Promotion,
    Run,
    RunRecord,
    Tracker,
)

__all__ = [
    "MAKES_MODELS",
    "QUIET",
    "STAGES",
    "DataSet",
    "MemoryTracker",
    "ModelVersion",
    "Promotion",
    "Run",
    "RunRecord",
    "Tracker",
    "open_tracker",
    "ui_address",
    "ui_command",
]
