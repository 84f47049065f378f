from .facts import ColumnFacts, facts_of
from .layout import layout_of
from .pages import Draft, campaign_text, pipeline_text, workspace_text
from .readings import FileReading, Reading, read_file, readings_of
from .roles import Asked, Role, roles_of
from .spelling import spelled, spelled_all

__all__ = [
    "Asked", "ColumnFacts", "Draft", "FileReading", "Reading", "Role", "campaign_text", "facts_of", "layout_of",
    "pipeline_text", "read_file", "readings_of", "roles_of", "spelled", "spelled_all", "workspace_text",
]  # fmt: skip
