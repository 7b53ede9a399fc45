"""The clock's errand for foretold interest: learnt anew every night from what people were shown and did."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.ranking.exploring.calibration_learning import learn_calibration
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def calibrating_errand() -> Errand:
    """Every night: foretold interest is learnt and measured."""
    return Errand(name="calibration", schedule=Schedule(cron="43 3 * * *"), do=_learn)


def _learn(should_stop: ShouldStop) -> str | None:
    known = learn_calibration(timezone.now())
    return f"{known.cases} cases, {'told' if known.is_told else 'not told'}"
