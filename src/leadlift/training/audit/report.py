"""All findings of a run, which of them somebody has answered for, and whether any stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadlift.errors import GateError, UserError
from leadlift.specs.base import nearest
from leadlift.training.audit.finding import SUBJECTS, Finding, how_severe
from leadlift.training.audit.limits import SEVERITIES
from leadlift.training.audit.shift import Drift


@dataclass(frozen=True)
class Acceptance:
    """Suspects that somebody answers for. names: features, or one of SUBJECTS. because: the reason, never empty."""

    names: tuple[str, ...] = ()
    because: str = ""

    def __post_init__(self) -> None:
        if bool(self.names) != bool(self.because.strip()):
            raise UserError(
                "--accept-leak NAME and --because REASON go together: a leak is accepted for a reason"
            )

    def check(self, features: Collection[str]) -> None:
        """Raise UserError for a name that can be no suspect."""
        known = [*features, *SUBJECTS]
        for name in self.names:
            if name not in known:
                raise UserError(
                    f"--accept-leak {name}: no feature of this pipeline, and none of {', '.join(SUBJECTS)}."
                    f"{nearest(name, known)}"
                )


NOTHING = Acceptance()


@dataclass(frozen=True)
class Audit:
    """The findings, the most severe first. drifts: PSI of every feature. answer: what somebody answers for."""

    findings: tuple[Finding, ...] = ()
    drifts: tuple[Drift, ...] = ()
    answer: Acceptance = NOTHING

    @classmethod
    def of(cls, found: Iterable[Finding], drifts: Sequence[Drift], accepted: Acceptance) -> Audit:
        """Sort the findings and note on each whether it was accepted."""
        marked = [
            replace(one, because=accepted.because)
            if one.name in accepted.names and one.severity != "note"
            else one
            for one in found
        ]
        return cls(tuple(sorted(marked, key=how_severe)), tuple(drifts), accepted)

    def plus(self, found: Iterable[Finding]) -> Audit:
        """With further findings."""
        return Audit.of([*self.findings, *found], self.drifts, self.answer)

    @property
    def open(self) -> tuple[Finding, ...]:
        """Errors that nobody has accepted."""
        return tuple(one for one in self.findings if one.is_open)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """Suspects that somebody answers for."""
        return tuple(one for one in self.findings if one.because is not None)

    def unneeded(self) -> list[str]:
        """A note on each name that was answered for and that no warning or error bears."""
        suspects = {one.name for one in self.accepted}
        return [
            f"--accept-leak {name}: the audit has neither warning nor error of that name; leave it out next time"
            for name in dict.fromkeys(self.answer.names)
            if name not in suspects
        ]

    def refuse_open(self, pipeline: str) -> None:
        """Raise GateError naming every open suspect, with the command that accepts them."""
        if not self.open:
            return
        told = "\n".join(f"  {one.kind}: {one}" for one in self.open)
        names = " ".join(f"--accept-leak {name}" for name in dict.fromkeys(one.name for one in self.open))
        raise GateError(
            f"pipeline {pipeline}: the audit found suspects, and nothing was registered:\n{told}\n"
            "Exclude them under `features.exclude`, mend the data, or answer for them by name:\n"
            f'  leadlift train {pipeline} {names} --because "..."'
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what `audit.json` of a run holds."""
        return {
            "open": len(self.open),
            "accepted": list(dict.fromkeys(one.name for one in self.accepted)),
            "findings": [one.as_dict() for one in self.findings],
        }

    def tags(self) -> Mapping[str, str]:
        """What a gate reads of a run."""
        count = {severity: sum(one.severity == severity for one in self.findings) for severity in SEVERITIES}
        names = dict.fromkeys(one.name for one in self.accepted)
        reasons = dict.fromkeys(one.because or "" for one in self.accepted)
        return {
            "leadlift.audit.open": str(len(self.open)),
            "leadlift.audit.accepted": ",".join(names),
            "leadlift.audit.because": "; ".join(reasons),
            "leadlift.audit.warnings": str(count["warn"]),
            "leadlift.audit.notes": str(count["note"]),
        }
