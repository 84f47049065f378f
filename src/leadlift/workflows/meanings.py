"""Whether features mean today what they meant when a model was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadlift.errors import UserError
from leadlift.features import needed
from leadlift.features.definition import definitions
from leadlift.specs import FeatureDef

NAMED = 10


def refuse_changed(
    model: str, trained: Mapping[str, str], features: Sequence[str], catalogue: Mapping[str, FeatureDef]
) -> None:
    """A feature that means something else now would be fed to trees that learned the old meaning.

    model: what to call it. trained: feature -> fingerprint of its definition then. features: those it reads. Raises
    UserError naming the first ten of those that are gone and of those that changed.
    """
    today = definitions(needed(catalogue, features))
    gone = sorted(set(trained) - set(today))
    changed = sorted(name for name in trained if name in today and today[name] != trained[name])
    if gone or changed:
        what = [f"{_named(names)} {word}" for names, word in ((gone, "gone"), (changed, "changed")) if names]
        raise UserError(
            f"{model} was trained on other features than today's: {'; '.join(what)}. "
            "Restore the definitions, or train and promote a new version"
        )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
