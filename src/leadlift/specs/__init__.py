"""What the YAML files say: frozen, closed models, and every fault with its file and line."""

from leadlift.specs.campaigns import Campaign
from leadlift.specs.checks import Checks, Severity
from leadlift.specs.columns import Column
from leadlift.specs.definitions import FeatureDef, column_types, marked_columns
from leadlift.specs.features import FeatureFile
from leadlift.specs.pipelines import Gates, ModelChoice, Pipeline, Population, Split, Target, Tune
from leadlift.specs.sources import CsvFormat, Source
from leadlift.specs.workspace import FILE, Holdout, Workspace, WorkspaceFile, open_workspace, read_workspace

__all__ = [
    "FILE", "Campaign", "Checks", "Column", "CsvFormat", "FeatureDef", "FeatureFile", "Gates", "Holdout", "ModelChoice",
    "Pipeline", "Population", "Severity", "Source", "Split", "Target", "Tune", "Workspace", "WorkspaceFile",
    "column_types", "marked_columns", "open_workspace", "read_workspace",
]  # fmt: skip
