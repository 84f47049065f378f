"""Gates: what a version must show before it may score customers, judged from the numbers of its training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan, sqrt

from leadlift.evaluation import Estimate, Limits, limits
from leadlift.evaluation.limits import FAILED, PASSED, SUSPICIOUS, TOO_GOOD, WEAK
from leadlift.names import TEST
from leadlift.specs import Gates
from leadlift.training.rivals import CALLED, against

NOT_JUDGED, ACCEPTED = "not judged", "accepted"
STOPS = (FAILED, TOO_GOOD)
# a ranking that a coin could have made is promoted by nobody: lower ends of intervals that must lie above these
COINS = {"coin": 0.5, "qini": 0.0, "gini": 0.0}
OPEN_TAG, RIVAL_TAG, CHAMPION_TAG = "leadlift.audit.open", "leadlift.rival.", "leadlift.champion_judged"
FLATTERED_TAG, RECALIBRATES_TAG = "leadlift.champion_flattered", "leadlift.recalibrates"
LUCK_BINS = 10.0

# gate -> (what it is called, how a value is written)
WORDS = {
    "coin": ("lower end of the AUC's 95 % interval", ".3f"),
    "auc": ("AUC", ".3f"),
    "lift_at_10": ("lift@10", ".2f"),
    "positives": ("responders in the test", ",.0f"),
    "calibration_error": ("calibration error", ".4f"),
    "relative_calibration_error": ("calibration error over response rate", ".2f"),
    "score_psi": ("PSI of the score since calibration", ".3f"),
}
WHY = {
    WEAK: "enough, not good",
    SUSPICIOUS: "look for a leak before you believe it",
    TOO_GOOD: "look for a feature that has seen the outcome",
}


@dataclass(frozen=True)
class Gate:
    """One rule: its value, its limit in words, and the verdict with a sentence.

    value: None where there is none. verdict: `passed`, `weak` (passes, not good), `suspicious` (passes, doubted),
    `not judged` (passes, the sentence says why), `accepted` (a no that somebody answered for), `failed`, or `too
    good to be true`; only the last two stop a promotion.
    """

    name: str
    value: float | None
    limit: str
    verdict: str
    sentence: str

    @property
    def stops(self) -> bool:
        """Whether this gate says no."""
        return self.verdict in STOPS

    def __str__(self) -> str:
        """As it is kept with a promotion."""
        return f"{self.verdict}: {self.sentence}"


@dataclass(frozen=True)
class Sitting:
    """The champion that the version wants to replace: its number, and its metrics on its own test.

    metrics: None where its training run is gone.
    """

    version: int
    metrics: Mapping[str, float] | None


def judge_gates(
    spec: Gates, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting | None
) -> list[Gate]:
    """Hold a training run against the limits, those of the pipeline before those of the file.

    metrics, tags: of the run. A number that is not there fails its gate.
    """
    own, stated = _own(spec), {"calibration_error"} if spec.max_calibration_error is not None else set()
    gates = [_measured(name, own[name], metrics, stated=name in stated) for name in WORDS]
    if spec.beats_baseline:
        simple = [name for name in CALLED if name != "champion"]
        gates += [_rival(name, spec.beats_baseline, metrics, tags) for name in simple]
    if spec.beats_champion and champion is not None:
        gates.append(_champion(spec.beats_champion, metrics, tags, champion))
    if spec.no_open_suspects:
        gates.append(open_suspects(tags))
    return gates


def accept(gates: Sequence[Gate], names: Sequence[str]) -> list[Gate]:
    """The gates with those named that said no as accepted.

    Raises ValueError for a name that is no gate, or one that nobody may answer for.
    """
    for name in names:
        if name not in {gate.name for gate in gates}:
            raise ValueError(
                f"there is no gate {name!r}; there are: {', '.join(gate.name for gate in gates)}"
            )
        if any(_is_a_coins(gate) for gate in gates if gate.name == name):
            raise ValueError(f"gate {name!r} cannot be accepted: a coin ranks as well")
    return [
        replace(gate, verdict=ACCEPTED, sentence=f"although {gate.verdict}: {gate.sentence}")
        if gate.stops and gate.name in names
        else gate
        for gate in gates
    ]


def _is_a_coins(gate: Gate) -> bool:
    """Whether a coin could have made the ranking that the gate judged; a number that is not there proves no better."""
    coin = COINS.get(gate.name)
    return coin is not None and gate.stops and (gate.value is None or gate.value <= coin)


def _own(spec: Gates) -> dict[str, Limits]:
    """The file's limits with the pipeline's own in their place."""
    asked: dict[str, tuple[float | None, float | None]] = {
        "auc": (spec.min_auc, spec.max_auc),
        "lift_at_10": (spec.min_lift_at_10, None),
        "positives": (spec.min_positives, None),
        "calibration_error": (spec.max_calibration_error, None),
        "relative_calibration_error": (spec.max_relative_calibration_error, None),
        "score_psi": (spec.max_score_psi, None),
    }
    told = dict(limits())
    for name, (minimum, too_good) in asked.items():
        one = told[name]
        told[name] = replace(
            one,
            minimum=one.minimum if minimum is None else minimum,
            too_good=one.too_good if too_good is None else too_good,
        )
    return told


def _measured(name: str, limit: Limits, metrics: Mapping[str, float], *, stated: bool) -> Gate:
    value = _value(name, limit, metrics)
    limit, luck = (limit, "") if stated else _with_luck(name, limit, metrics)
    verdict = limit.verdict(value)
    if name == "coin" and value == limit.minimum:
        verdict = FAILED
    called, style = WORDS[name]
    told = f"{called} {value:{style}}" if not isnan(value) else f"{called} is not known"
    low, high = (metrics.get(f"{limit.metric}.{end}", nan) for end in ("low", "high"))
    if name != "coin" and not isnan(low) and name in ("auc", "lift_at_10"):
        told += f" [{low:{style}}, {high:{style}}]"
    asked = _asked(name, limit, verdict, style) + luck
    because = f"; {WHY[verdict]}" if verdict in WHY else ""
    return Gate(name, None if isnan(value) else value, asked, verdict, f"{told}, {asked}{because}")


def _value(name: str, limit: Limits, metrics: Mapping[str, float]) -> float:
    if name == "relative_calibration_error":
        rate = metrics.get(f"{TEST}.actual_rate", nan)
        return metrics.get(f"{TEST}.calibration_error", nan) / rate if rate else nan
    return metrics.get(limit.metric, nan)


def _with_luck(name: str, limit: Limits, metrics: Mapping[str, float]) -> tuple[Limits, str]:
    """The limit, no stricter than what an honest model shows by luck on so few cases."""
    luck, positives, rate = 0.0, metrics.get(f"{TEST}.positives", 0), metrics.get(f"{TEST}.actual_rate", 1.0)
    if name == "relative_calibration_error" and positives:
        luck = sqrt(LUCK_BINS / positives)
    if name == "calibration_error" and positives:
        # of each of ten bins a rate is known to sqrt(p (1 - p) 10 / n), and n is positives / p
        luck = rate * sqrt((1 - rate) * LUCK_BINS / positives)
    if name == "score_psi":
        luck = metrics.get(f"{TEST}.score_psi_by_chance", 0.0)
    if luck <= limit.minimum:
        return limit, ""
    return replace(limit, minimum=luck, good=None), " (what luck gives on so few)"


def _asked(name: str, limit: Limits, verdict: str, style: str) -> str:
    if verdict == TOO_GOOD:
        return f"at most {limit.too_good:{style}}"
    if verdict == SUSPICIOUS:
        return f"more than {limit.suspicious:g} is rare"
    word = "above" if name == "coin" else "at least" if limit.better == "higher" else "at most"
    return f"{word} {limit.minimum:g}"


def _rival(
    name: str, how: bool | str, metrics: Mapping[str, float], tags: Mapping[str, str], called: str = ""
) -> Gate:
    """Not worse beyond luck; with `surely`, better beyond luck."""
    gate, called = f"beats_{name}", called or CALLED[name]
    gain = estimate_of(metrics, f"{TEST}.lift_at_10_gain_over_{name}")
    if isnan(gain.value):
        why = tags.get(f"{RIVAL_TAG}{name}")
        if why is None:
            return Gate(gate, None, "", FAILED, f"never held against {called}: train the pipeline anew")
        return Gate(gate, None, "", NOT_JUDGED, why)
    surely = how == "surely"
    fits = gain.low > 0 if surely else gain.high >= limits()["beats"].minimum
    limit = "better beyond luck" if surely else "not worse beyond luck"
    verdict = FAILED if not fits else PASSED if gain.low > 0 else WEAK
    told = against(called, gain)
    return Gate(gate, gain.value, limit, verdict, told if fits else f"{told}; must be {limit}")


def _champion(
    how: bool | str, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting
) -> Gate:
    judged = tags.get(CHAMPION_TAG, "")
    if judged != str(champion.version):
        return held_against_another(judged, champion)
    if RECALIBRATES_TAG in tags:
        told = f"the trees of the champion, version {champion.version}, with another calibration: they rank alike"
        return Gate("beats_champion", 0.0, "", NOT_JUDGED, told)
    gate = _rival("champion", how, metrics, tags, f"the champion, version {champion.version}")
    flattered = gate.verdict == FAILED and how != "surely" and FLATTERED_TAG in tags
    if gate.verdict != NOT_JUDGED and not flattered:
        return gate
    # its features cannot be built any more, or it has learned from these cases: what is left is its own test, other
    # rows and no pairs
    told = f"{gate.sentence}; it may have learned from these cases" if flattered else gate.sentence
    if champion.metrics is None:
        return replace(
            gate,
            verdict=FAILED,
            sentence=f"{told}; its training run is gone, so nothing says what it reached",
        )
    new, old = (estimate_of(found, f"{TEST}.auc") for found in (metrics, champion.metrics))
    if how == "surely":
        fits, edge = new.low > old.high, old.high
        ends = f"ended at {old.high:.3f}, this version's begins at {new.low:.3f}"
    else:
        fits, edge = new.value >= old.low, old.low
        ends = f"began at {old.low:.3f}, this version's is {new.value:.3f}"
    if isnan(edge):
        return replace(gate, sentence=f"{told}; its training run has no AUC: it is a model of another kind")
    told += f"; on its own test the champion's AUC {ends}"
    return replace(gate, verdict=NOT_JUDGED if fits else FAILED, sentence=told)


def estimate_of(metrics: Mapping[str, float], name: str) -> Estimate:
    """A metric of a training run with its interval; what is not there is NaN."""
    return Estimate(*(metrics.get(f"{name}{end}", nan) for end in ("", ".low", ".high")))


def held_against_another(judged: str, champion: Sitting) -> Gate:
    """The gate of a version that was held against another champion than today's. judged: its number; empty for none."""
    told = (
        f"held against {f'version {judged}' if judged else 'no champion'} when it was trained, but version "
        f"{champion.version} is champion now: train anew"
    )
    return Gate("beats_champion", None, "", FAILED, told)


def open_suspects(tags: Mapping[str, str]) -> Gate:
    """No finding of the leak audit is open."""
    told = tags.get(OPEN_TAG)
    if told is None:
        return Gate("open_suspects", None, "none open", NOT_JUDGED, "not audited: the run has no leak audit")
    count = int(float(told))
    verdict = PASSED if count <= limits()["open_suspects"].minimum else FAILED
    found = f"{count} open findings of the leak audit" if count else "no open finding of the leak audit"
    todo = "; accept each with a reason when training" if count else ""
    return Gate("open_suspects", float(count), "none open", verdict, found + todo)
