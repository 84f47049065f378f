from .memory import MemoryTracker
from .opening import open_tracker
from .places import QUIET, ui_address, ui_command
from .protocol import (
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
