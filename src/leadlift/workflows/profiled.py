"""The profile of the features as it is kept: reports/feature_profile.json, and whether it still speaks of today."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from leadlift.engines.files import digest, stat_fingerprint, write_text
from leadlift.engines.found import files_of
from leadlift.evaluation import FeatureProfile
from leadlift.features.choose import needed
from leadlift.features.definition import definition
from leadlift.specs import Pipeline, Workspace
from leadlift.workflows.session import CACHE

FILE = "reports/feature_profile.json"
FORMAT = 1


_KEPT = TypeAdapter(dict[str, FeatureProfile])


def kept_profiles(ws: Workspace) -> dict[str, FeatureProfile]:
    """The profiles on disk by feature, of features that are still there and may be shown; none without a file."""
    path = ws.root / FILE
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("format") != FORMAT:  # written by another version: made anew when it is next asked for
        return {}
    try:
        found = _KEPT.validate_python(content["features"])
    except ValidationError:
        return {}
    open_ = {name for name, feature in ws.features.items() if feature.hidden is None}
    return {name: replace(one, twins=_seen(one, open_)) for name, one in found.items() if name in open_}


def keep_profiles(ws: Workspace, profiles: Mapping[str, FeatureProfile]) -> Path:
    """Write these profiles; those of other features stay as they were."""
    merged = {**kept_profiles(ws), **profiles}
    lines = [
        f"{json.dumps(name)}: {json.dumps(asdict(merged[name]), default=str, ensure_ascii=False)}"
        for name in sorted(merged)
    ]
    text = f'{{"format": {FORMAT}, "features": {{\n' + ",\n".join(lines) + "\n}}\n"
    return write_text(ws.root / FILE, text)


def _seen(profile: FeatureProfile, names: Iterable[str]) -> tuple[tuple[str, float], ...]:
    return tuple((name, r) for name, r in profile.twins if name in names)


def data_now(ws: Workspace) -> dict[str, str]:
    """Source -> a fingerprint of its declaration and its files: their sizes and times, never their content."""
    return {
        name: digest(stat_fingerprint(files_of(ws.root, ws.root / CACHE, source)) + source.model_dump_json())
        for name, source in ws.sources.items()
    }


def made_of(ws: Workspace, name: str, data: Mapping[str, str]) -> dict[str, str]:
    """What a feature's numbers rest on: its definition down to columns, and the data of each source."""
    parts = needed(ws.features, [name])
    direct = {part.source for part in parts if part.source is not None}
    joined = {join.source for source in direct for join in ws.sources[source].joins}
    told = {"definition": digest("\n".join(definition(part) for part in parts))}
    return told | {source: data[source] for source in sorted(direct | joined)}


def target_of(spec: Pipeline) -> str:
    """A fingerprint of what a pipeline predicts of whom."""
    return digest(spec.model_dump_json(include={"population", "target", "split"}))


def stale(ws: Workspace, name: str, profile: FeatureProfile, data: Mapping[str, str]) -> str:
    """Why a profile no longer speaks of today: what has changed since, in words; nothing when all is as it was.

    data: the sources' fingerprints of today, as `data_now` tells them.
    """
    now = made_of(ws, name, data)
    changed = [key for key in sorted({*now, *profile.made_of}) if now.get(key) != profile.made_of.get(key)]
    if "definition" in changed:
        return "its definition has changed"
    if changed:
        return f"data changed: {', '.join(changed)}"
    for strength in profile.strengths:
        spec = ws.pipelines.get(strength.pipeline)
        if spec is None or target_of(spec) != strength.target:
            return f"pipeline {strength.pipeline} has changed"
    return ""
