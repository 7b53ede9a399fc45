"""Setting the weights of the trending formula for this instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Job
from broadsheet.community import audit
from broadsheet.community.access import RefusedError, is_admin
from broadsheet.community.models import Account, RankingWeights
from broadsheet.ranking.trending.weights import NAMES, Weights, WeightsError

JOB = "trends"
"""The name of the job that computes trends by the clock."""


def weights_now() -> Weights:
    """The weights that hold: the latest that an admin set, for all others the built-in ones."""
    row = RankingWeights.objects.order_by("-changed_at", "-pk").first()
    given = {name: value for name, value in row.weights.items() if name in NAMES} if row else {}
    try:
        return Weights().with_changes(given)
    except WeightsError:
        # Set by a version that allowed for more.
        return Weights()


def weigh(given: Mapping[str, Any], by: Account, *, network: str = "") -> Weights:
    """Let these weights hold from now on, all others as built in; noted in the public log.

    Raises ``RefusedError`` for whoever is no admin and ``WeightsError`` for an unknown name and a value out of bounds.
    The trends follow as soon as the clock looks.
    """
    if not is_admin(by):
        raise RefusedError(_("This is for admins."))
    before, after = weights_now(), Weights().with_changes(given)
    usual = Weights().plain()
    kept = {name: value for name, value in after.plain().items() if value != usual[name]}
    told = {name: value for name, value in after.plain().items() if value != before.plain()[name]}
    with transaction.atomic():
        RankingWeights.objects.create(weights=kept, changed_by=by, changed_at=timezone.now())
        audit.note(
            "ranking.weigh",
            actor=by,
            subject_kind="ranking",
            subject="trending",
            reason=", ".join(f"{name} {value:g}" for name, value in told.items()),
            network=network,
            details={"before": before.plain(), "after": after.plain()},
            is_public=True,
        )
        Job.objects.filter(name=JOB).update(due_at=timezone.now())
    return after
