"""The audit, told top to bottom: what is looked at before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping

from leadlift.features import Home, needed
from leadlift.specs import FeatureDef, Pipeline, Source
from leadlift.training.audit.before_outcome import rows_before
from leadlift.training.audit.duplicates import duplicate_customers, duplicate_rows
from leadlift.training.audit.finding import named
from leadlift.training.audit.ids import identifiers
from leadlift.training.audit.limits import Limits, audit_limits
from leadlift.training.audit.missing import missing_follows
from leadlift.training.audit.report import NOTHING, Acceptance, Audit
from leadlift.training.audit.sample import Training
from leadlift.training.audit.shift import drifts, psi_findings, train_against_recent
from leadlift.training.audit.strength import too_good
from leadlift.training.fit import Cases
from leadlift.training.table import TrainingTable


def audit_cases(
    spec: Pipeline,
    table: TrainingTable,
    cases: Cases,
    catalogue: Mapping[str, FeatureDef],
    home: Home,
    seed: int,
    accepted: Acceptance = NOTHING,
    limits: Limits | None = None,
) -> Audit:
    """Look for leaks in the training cases, and for shifts between these and the test. No outcome of the test is read.

    catalogue: all features that the pipeline could name. seed: of what is drawn. accepted: suspects that somebody
    answers for. Raises UserError for an accepted name that can be no suspect.
    """
    accepted.check(cases.encoding.features)
    stated = limits or audit_limits()
    train, flat = Training.of(cases), spec.population.table is not None
    found = missing_follows(train, stated) + identifiers(train, table.table, stated)
    undated = clockless(table, catalogue, home.sources)
    found += too_good(train, undated, named(found), stated)
    if not flat:
        found += rows_before(train, table.table, table.features, catalogue, spec.target, home, stated)
    found += duplicate_customers(cases, table.table, flat, stated) + duplicate_rows(cases, stated)
    found += train_against_recent(cases, seed, stated)
    moved = drifts(cases)
    return Audit.of([*found, *psi_findings(moved, cases, stated)], moved, accepted)


def clockless(
    table: TrainingTable, catalogue: Mapping[str, FeatureDef], sources: Mapping[str, Source]
) -> set[str]:
    """Features that cannot be read as of an earlier day: of flat tables or attributes without history."""
    undated = {name for name, source in sources.items() if source.kind == "flat" or not source.has_history}
    return {
        feature.name
        for feature in table.features
        if any(part.source in undated for part in needed(catalogue, [feature.name]))
    }
