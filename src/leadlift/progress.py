"""How work that takes long tells where it is. The command line draws it; everything else keeps silent."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of each step, and of how far a long one has come."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def done(self, share: float) -> None:
        """How much of the step is done, 0 to 1."""

    def note(self, text: str) -> None:
        """The step goes on, and there is something new to say of it."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def done(self, share: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


SILENT = Silent()
