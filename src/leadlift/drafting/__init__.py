"""From one file to a draft of a workspace: how it is written, what its columns are, and what that rests on."""

from leadlift.drafting.facts import ColumnFacts, facts_of
from leadlift.drafting.layout import layout_of
from leadlift.drafting.pages import Draft, campaign_text, pipeline_text, workspace_text
from leadlift.drafting.readings import FileReading, Reading, read_file, readings_of
from leadlift.drafting.roles import Asked, Role, roles_of
from leadlift.drafting.spelling import spelled, spelled_all

__all__ = [
    "Asked", "ColumnFacts", "Draft", "FileReading", "Reading", "Role", "campaign_text", "facts_of", "layout_of",
    "pipeline_text", "read_file", "readings_of", "roles_of", "spelled", "spelled_all", "workspace_text",
]  # fmt: skip
