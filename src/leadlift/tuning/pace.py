"""How far a search has come, and when its time is up."""

from __future__ import annotations

import time

from leadlift.tuning.problem import Standing, TuningSettings

# Of the seconds given, what is kept for the finals.
FOR_FINALS = 1 / 6


class Pace:
    """The clock of one run. Seconds count from its making."""

    def __init__(self, settings: TuningSettings, done_before: int) -> None:
        self._settings, self._before = settings, done_before
        self._began = time.monotonic()
        self._spent, self._ended = 0.0, 0
        self._finals = self._finals_done = 0
        self._finals_began: float | None = None

    def trials_over(self) -> bool:
        """Whether no trial may go on."""
        return self._since() >= (1 - FOR_FINALS) * self._seconds()

    def over(self) -> bool:
        """Whether all time is up."""
        return self._since() >= self._seconds()

    def ended(self, seconds: float) -> None:
        """A trial has ended after so long."""
        self._spent, self._ended = self._spent + seconds, self._ended + 1

    def begin_finals(self, count: int) -> None:
        """The trials are over; so many finalists are fitted now."""
        self._finals, self._finals_began = count, time.monotonic()

    def final_ended(self) -> None:
        """One finalist is fitted."""
        self._finals_done += 1

    def standing(self, done: int, best: float | None) -> Standing:
        """Return how far it has come, after `done` trials of the study."""
        if self._finals_began is not None:
            return self._in_finals(done, best)
        wanted, lefts, shares = self._settings.trials, [], []
        if wanted is not None:
            shares.append(done / wanted)
            if self._ended:
                mean = self._spent / self._ended / self._settings.workers
                lefts.append(mean * max(0, wanted - done))
        if self._settings.seconds is not None:
            shares.append(self._since() / max(self._settings.seconds, 1e-9))
            lefts.append(max(0.0, self._settings.seconds - self._since()))
        return Standing(done, wanted, best, min(lefts, default=None), min(1.0, max(shares)))

    def _in_finals(self, done: int, best: float | None) -> Standing:
        share = self._finals_done / max(1, self._finals)
        spent = time.monotonic() - (self._finals_began or 0.0)
        left = spent * (1 - share) / share if share else None
        return Standing(done, self._settings.trials, best, left, share)

    def _since(self) -> float:
        return time.monotonic() - self._began

    def _seconds(self) -> float:
        return float("inf") if self._settings.seconds is None else self._settings.seconds
