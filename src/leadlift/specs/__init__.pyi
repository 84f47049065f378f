from .campaign_problems import conditions_of, shown_features
from .campaigns import Campaign, Channel, Offer, ValueModel
from .cases import Population, Target
from .checks import Checks, Severity
from .columns import Column
from .definitions import FeatureDef, column_types, marked_columns
from .features import FeatureFile
from .frozen import Cluster, Frozen, Scaling
from .gates import Gates
from .history import ContactHistory
from .pipelines import ModelChoice, Pipeline, Split, Tune
from .policy import Rule
from .segment_catalogue import SegmentDef
from .segments import Segmentation
from .sources import CsvFormat, Source
from .workspace import FILE, Holdout, Workspace, WorkspaceFile, open_workspace, read_workspace

__all__ = [
    "FILE", "Campaign", "Channel", "Checks", "Cluster", "Column", "ContactHistory", "CsvFormat", "FeatureDef",
    "FeatureFile", "Frozen", "Gates", "Holdout", "ModelChoice", "Offer", "Pipeline", "Population", "Rule",
    "Scaling", "SegmentDef", "Segmentation", "Severity", "Source", "Split", "Target", "Tune", "ValueModel",
    "Workspace", "WorkspaceFile", "column_types", "conditions_of", "marked_columns", "open_workspace",
    "read_workspace", "shown_features",
]  # fmt: skip
