"""What every modelling run records of its inputs."""

from __future__ import annotations

from leadlift.engines.files import digest
from leadlift.features.definition import definition, definitions, feature_row
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import DataSet, Run
from leadlift.tracking.places import without_password
from leadlift.training import TrainingTable
from leadlift.workflows.session import git_revision

__all__ = ["definition", "definitions", "feature_row", "log_inputs"]


def log_inputs(run: Run, ws: Workspace, spec: Pipeline, table: TrainingTable) -> None:
    """Every spec as text (passwords hidden), fingerprints of data and features, the features, the git revision."""
    for name, document in sorted(ws.documents.items()):
        run.text(f"specs/{name}", without_password(document.text))
    run.table("tables/features.csv", [feature_row(feature) for feature in table.features])
    told = sorted(feature_row(feature)["definition"] for feature in table.features)
    run.tags(
        {
            "leadlift.kind": spec.kind,
            "leadlift.data": table.key,
            "leadlift.features": digest("\n".join(told)),
            "git_revision": git_revision(ws.root),
        }
    )
    columns = {f.name: "text" if f.is_text else "number" for f in table.features}
    source = spec.population.table or spec.population.source or "customers"
    run.dataset(
        DataSet(
            f"{spec.pipeline} training table", table.key, source, "training", columns, table.table.num_rows
        )
    )
