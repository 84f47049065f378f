"""What the YAML files say: frozen, closed models, and every fault with its file and line."""

from leadlift.specs.campaign_problems import conditions_of, shown_features
from leadlift.specs.campaigns import Campaign, Channel, Offer, ValueModel
from leadlift.specs.checks import Checks, Severity
from leadlift.specs.columns import Column
from leadlift.specs.definitions import FeatureDef, column_types, marked_columns
from leadlift.specs.features import FeatureFile
from leadlift.specs.frozen import Cluster, Frozen, Scaling
from leadlift.specs.gates import Gates
from leadlift.specs.history import ContactHistory
from leadlift.specs.pipelines import ModelChoice, Pipeline, Population, Split, Target, Tune
from leadlift.specs.policy import Rule
from leadlift.specs.segment_catalogue import SegmentDef
from leadlift.specs.segments import Segmentation
from leadlift.specs.sources import CsvFormat, Source
from leadlift.specs.workspace import FILE, Holdout, Workspace, WorkspaceFile, open_workspace, read_workspace

__all__ = [
    "FILE", "Campaign", "Channel", "Checks", "Cluster", "Column", "ContactHistory", "CsvFormat", "FeatureDef",
    "FeatureFile", "Frozen", "Gates", "Holdout", "ModelChoice", "Offer", "Pipeline", "Population", "Rule",
    "Scaling", "SegmentDef", "Segmentation", "Severity", "Source", "Split", "Target", "Tune", "ValueModel",
    "Workspace", "WorkspaceFile", "column_types", "conditions_of", "marked_columns", "open_workspace",
    "read_workspace", "shown_features",
]  # fmt: skip
