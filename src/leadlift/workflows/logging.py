"""What every modelling run records of its inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadlift.engines.files import digest
from leadlift.specs import FeatureDef, Pipeline, Workspace
from leadlift.tracking import DataSet, Run
from leadlift.training import TrainingTable
from leadlift.workflows.session import git_revision


def log_inputs(run: Run, ws: Workspace, spec: Pipeline, table: TrainingTable) -> None:
    """Every spec as text, the fingerprints of data and features, the list of features, and the git revision."""
    for name, document in sorted(ws.documents.items()):
        run.text(f"specs/{name}", document.text)
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


def feature_row(feature: FeatureDef) -> dict[str, Any]:
    """One line of the list of features."""
    return {
        "feature": feature.name,
        "type": "category" if feature.is_text else "number",
        "label": feature.label,
        "unit": feature.unit,
        "subject": feature.subject,
        "source": feature.source or "formula",
        "definition": definition(feature),
    }


def definition(feature: FeatureDef) -> str:
    """What the feature is, in one line: two features with the same line are the same number."""
    if feature.expr is not None:
        return f"{feature.name} = {feature.expr.sql(dialect='duckdb')}"
    parts = [f"{feature.spec.agg} of {feature.source}"]
    parts += [f"of {feature.of.sql(dialect='duckdb')}"] if feature.of is not None else []
    parts += [f"where {feature.where.sql(dialect='duckdb')}"] if feature.where is not None else []
    parts += [f"on {feature.spec.on}"] if feature.spec.on else []
    parts += [f"last {feature.window} days"] if feature.window else []
    parts += [f"{feature.spec.months} months"] if feature.spec.months else []
    return f"{feature.name} = {', '.join(parts)}"


def definitions(features: Iterable[FeatureDef]) -> dict[str, str]:
    """name -> a short fingerprint of the definition, frozen with a model so that scoring finds a changed one."""
    return {feature.name: digest(definition(feature)) for feature in features}
