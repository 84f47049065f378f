"""What a pipeline asks of `leadlift monitor` beside what holds for all."""

from __future__ import annotations

from pydantic import Field

from leadlift.specs.alerts import AlertName, AlertText
from leadlift.specs.base import Spec


class Marks(Spec):
    """How large an effect must be to be counted; what is left out is as docs/monitoring.md has it."""

    calibration: float | None = Field(
        None, gt=1, description="Responders so many times the expected, or so many less."
    )
    ranking: float | None = Field(None, gt=0, lt=0.5, description="AUC so far below the expected.")
    estimate: float | None = Field(
        None, gt=0, lt=0.5, description="Expected AUC so far below that at training."
    )
    volume: float | None = Field(
        None, gt=1, description="Rows of a source so many times the usual, or so many less."
    )
    population: float | None = Field(
        None, gt=1, description="Customers scored so many times the usual, or less."
    )
    emptied: float | None = Field(None, gt=0, le=1, description="A column's missing share risen by so much.")


class Monitor(Spec):
    """Alerts and marks of a pipeline's own, and features that are known to move."""

    alerts: dict[AlertName, AlertText] = Field(
        {}, description="Alert: its condition, instead of the usual one."
    )
    marks: Marks = Field(
        Marks(), description="How large an effect must be to be counted, instead of the usual."
    )
    ignore: tuple[str, ...] = Field(
        (),
        description="Features whose drift is no news, by name; `*` as in features. They are shown, not counted.",
    )
