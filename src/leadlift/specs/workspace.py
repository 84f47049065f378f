"""The workspace: leadlift.yaml and every spec beside it, read whole, with every fault told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator

from leadlift.errors import Problem, SpecErrors, UserError
from leadlift.specs import _yaml
from leadlift.specs._yaml import Document
from leadlift.specs.affinity import Affinity, affinity_problems
from leadlift.specs.base import Memory, Name, Share, Spec, listed, nearest
from leadlift.specs.campaign_problems import campaign_problems
from leadlift.specs.campaigns import Campaign
from leadlift.specs.catalogue import catalogue
from leadlift.specs.contract_problems import contract_problems
from leadlift.specs.crosscheck import (
    engine_problems,
    feature_file_problems,
    pipeline_problems,
    proxy_problems,
    source_problems,
)
from leadlift.specs.definitions import FeatureDef
from leadlift.specs.engine import ChosenEngine, EngineSpec
from leadlift.specs.faults import problems_of
from leadlift.specs.features import FeatureFile
from leadlift.specs.frozen import FOLDER as FROZEN
from leadlift.specs.frozen import Frozen
from leadlift.specs.history import ContactHistory, history_problems
from leadlift.specs.pipelines import Pipeline
from leadlift.specs.segment_catalogue import SegmentDef, with_segments
from leadlift.specs.segments import Segmentation
from leadlift.specs.sources import Source
from leadlift.specs.waiting import waiting_features, waiting_problems

FILE = "leadlift.yaml"
DATABASE = re.compile(r"(sqlite|postgres|postgresql|mysql)(\+\w+)?://")
LEDGER = re.compile(r"(sqlite|postgres|postgresql)(\+\w+)?://")
LEDGER_RULE = "must be the URL of a database: sqlite:///FILE or postgresql://..."
_Model = TypeVar("_Model", bound=Spec)
_Any = TypeVar("_Any")


class Holdout(Spec):
    """Customers whom no campaign ever contacts: a fixed share, by keyed hash, stable for ever."""

    share: Share
    salt: str


class WorkspaceFile(Spec):
    """leadlift.yaml."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    timezone: str = "UTC"
    language: Literal["en", "zh"] = "en"
    engine: ChosenEngine = EngineSpec()
    tracking_uri: str = "sqlite:///mlruns/mlflow.db"
    tuning: str | None = Field(
        None,
        description="The URL of a database for tuning studies (sqlite, postgresql, mysql), instead of journal files.",
    )
    ledger: str | None = Field(
        None,
        description="The URL of a database for lists and outcomes (sqlite, postgresql), instead of files here.",
    )
    customer_key: Name = "customer_id"
    memory: Memory = Field(
        "60%", description="What building features may take: a share of the machine's memory, or 8GB."
    )
    holdout: Holdout | None = None
    contacts: ContactHistory | None = None
    affinity: Affinity | None = Field(
        None, description="For `leadlift affinity`: which products customers hold."
    )
    sources: dict[Name, Source] = Field(min_length=1)

    @field_validator("tuning")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        # The value is not repeated: it may hold a password.
        if value is not None and not DATABASE.match(value):
            raise ValueError("must be the URL of a database: sqlite:///FILE, postgresql://... or mysql://...")
        return value

    @field_validator("ledger")
    @classmethod
    def _ledger(cls, value: str | None) -> str | None:
        # nor is this one
        if value is not None and not LEDGER.match(value):
            raise ValueError(LEDGER_RULE)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone.{nearest(value, available_timezones())}")
        return value


@dataclass(frozen=True)
class Workspace:
    """Everything the specs say, checked. documents: file name -> each spec as it was read, for logs."""

    root: Path
    file: WorkspaceFile
    features: Mapping[str, FeatureDef]
    pipelines: Mapping[str, Pipeline]
    campaigns: Mapping[str, Campaign]
    documents: Mapping[str, Document] = field(repr=False)
    segments: Mapping[str, SegmentDef] = field(default_factory=dict)

    @property
    def sources(self) -> Mapping[str, Source]:
        """The declared sources by name."""
        return self.file.sources

    def feature(self, name: str) -> FeatureDef:
        """The feature called `name`. Raises UserError with the nearest name."""
        if name not in self.features:
            raise UserError(
                f"no feature '{name}'.{nearest(name, self.features) or ' See: leadlift features list'}"
            )
        return self.features[name]

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline called `name`. Raises UserError with the nearest name."""
        return _named(self.pipelines, name, "pipeline")

    def campaign(self, name: str) -> Campaign:
        """The campaign called `name`. Raises UserError with the nearest name."""
        return _named(self.campaigns, name, "campaign")

    def segment(self, name: str) -> SegmentDef:
        """The segmentation called `name`. Raises UserError with the nearest name."""
        return _named(self.segments, name, "segmentation")


def open_workspace(root: Path, *, freezing: bool = False) -> Workspace:
    """Read the workspace in `root`. Raises SpecErrors with every fault, UserError when none is there.

    freezing: pipelines and campaigns may name segmentations that are not frozen yet.
    """
    workspace, problems = read_workspace(root, freezing=freezing)
    if problems or workspace is None:
        raise SpecErrors(problems)
    return workspace


def read_workspace(root: Path, *, freezing: bool = False) -> tuple[Workspace | None, list[Problem]]:
    """Read every spec and tell every fault. The workspace is None when any was found."""
    root = root.resolve()
    if not (root / FILE).is_file():
        raise UserError(
            f"no {FILE} in {root}. Name the workspace with --workspace DIR, or make one: leadlift init DIR"
        )
    reader = _Reader(root)
    main = reader.one(root / FILE, WorkspaceFile)
    files = reader.many("feature_defs/*.yaml", FeatureFile)
    pipelines = reader.many("pipelines/*.yaml", Pipeline)
    campaigns = reader.many("pipelines/campaigns/*.yaml", Campaign)
    segmentations = reader.many("pipelines/segments/*.yaml", Segmentation)
    frozen = {one.segment: one for _, one in reader.many(f"{FROZEN}/*.yaml", Frozen)}
    if main is None:
        return None, sorted(set(reader.problems))
    document, spec = main[0], _with_keys(main[1])
    features, faults = catalogue(files, spec.sources)
    problems = [
        *reader.problems,
        *source_problems(document, spec.sources, spec.customer_key),
        *contract_problems(document, spec.sources),
        *history_problems(document, spec.contacts, spec.sources),
        *affinity_problems(document, spec.affinity, spec.sources),
        *(p for d, f in files for p in feature_file_problems(d, f, spec.sources)),
        *faults,
    ]
    problems += _repeated(segmentations, "segment")
    segments: dict[str, SegmentDef] = {}
    # what names a feature whose own stanza or file is broken would only repeat that fault
    sound = not faults and len(files) == reader.count("feature_defs/*.yaml")
    if sound:
        features, segments, faults = with_segments(features, segmentations, frozen)
        problems += faults
    sound = sound and not faults and len(segmentations) == reader.count("pipelines/segments/*.yaml")
    known = {**features, **waiting_features(segments)} if sound else None
    problems += _repeated(pipelines, "pipeline") + _repeated(campaigns, "campaign")
    for d, p in pipelines:
        problems += pipeline_problems(d, p, spec.sources, known) + engine_problems(d, p, spec.engine)
    by_pipeline = {p.pipeline: p for _, p in pipelines}
    # what names a pipeline whose own file is broken would only repeat that fault
    whole = len(pipelines) == reader.count("pipelines/*.yaml")
    if whole:
        problems += [fault for d, p in pipelines for fault in proxy_problems(d, p, by_pipeline)]
    for d, c in campaigns:
        if whole or {offer.pipeline for offer in c.offers.values()} <= set(by_pipeline):
            problems += campaign_problems(d, c, by_pipeline, spec.sources, known)
    if not freezing:
        problems += [p for d, one in pipelines for p in waiting_problems(d, one, segments)]
        problems += [p for d, one in campaigns for p in waiting_problems(d, one, segments)]
    if problems:
        return None, sorted(set(problems))
    by_campaign = {c.campaign: c for _, c in campaigns}
    return Workspace(root, spec, features, by_pipeline, by_campaign, reader.documents, segments), []


def _with_keys(spec: WorkspaceFile) -> WorkspaceFile:
    """The same, where flat tables that hold the workspace's customer key and name none are keyed by it."""
    key = spec.customer_key
    keyed = {
        name: source.model_copy(update={"customer_key": key})
        if source.kind == "flat" and source.customer_key is None and key in source.columns
        else source
        for name, source in spec.sources.items()
    }
    return spec.model_copy(update={"sources": keyed})


class _Reader:
    """Reads spec files of one workspace and gathers their faults."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}

    def one(self, path: Path, model: type[_Model]) -> tuple[Document, _Model] | None:
        document, faults = _yaml.read(path, path.relative_to(self.root).as_posix())
        self.problems += faults
        if document is None:
            return None
        self.documents[document.file] = document
        try:
            return document, model.model_validate(document.data)
        except ValidationError as error:
            self.problems += problems_of(error, model, document)
            return None

    def many(self, pattern: str, model: type[_Model]) -> list[tuple[Document, _Model]]:
        for path in self.root.glob(pattern.replace(".yaml", ".yml")):
            file = path.relative_to(self.root).as_posix()
            self.problems.append(
                Problem(file, 0, "", "specs end in .yaml; rename the file, or it is not read")
            )
        read = (self.one(path, model) for path in sorted(self.root.glob(pattern)))
        return [one for one in read if one is not None]

    def count(self, pattern: str) -> int:
        return len(list(self.root.glob(pattern)))


def _repeated(
    files: Sequence[tuple[Document, Pipeline | Campaign | Segmentation]], word: str
) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for document, spec in files:
        name = getattr(spec, word)
        if name in first:
            problems.append(document.problem((word,), f"{word} '{name}' is already defined in {first[name]}"))
        first.setdefault(name, document.file)
    return problems


def _named(found: Mapping[str, _Any], name: str, word: str) -> _Any:
    if name not in found:
        known = f" Known: {listed(found)}" if found else f" There is none in {word}s yet"
        raise UserError(f"no {word} '{name}'.{nearest(name, found) or known}")
    return found[name]
