"""The report of calibration, for admins: what was foretold, what came, and whether people are told."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from broadsheet.community.models import Account
from broadsheet.ranking.exploring.calibration_learning import AGE, OTHER_TOPIC, TOPIC, foretelling
from broadsheet.ranking.exploring.calibration_report import FEWEST_OUTCOMES, Doubt, Figures, Report
from broadsheet.web.access import for_role
from broadsheet.web.calibration.diagram import curve_of_places, diagram

DOUBTS: dict[Doubt, str | Promise] = {
    Doubt.FEW_OUTCOMES: gettext_lazy("there are too few cases with interest, or without, to be sure"),
    Doubt.UNSURE_ERROR: gettext_lazy("the calibration error may be too large for how rare interest is"),
    Doubt.NO_BETTER_THAN_MEAN: gettext_lazy("foretelling the mean for every paper would be as good"),
    Doubt.WRONG_IN_A_GROUP: gettext_lazy("for papers of one topic or age it is wrong"),
}
GROUPINGS: dict[str, str | Promise] = {TOPIC: gettext_lazy("By topic"), AGE: gettext_lazy("By age of the paper")}
GROUPS: dict[str, str | Promise] = {
    OTHER_TOPIC: gettext_lazy("other topics"),
    "up to a day": gettext_lazy("up to a day"),
    "up to a week": gettext_lazy("up to a week"),
    "up to a month": gettext_lazy("up to a month"),
    "older": gettext_lazy("older"),
}


@require_safe
@for_role(Account.Role.ADMIN)
def calibration(request: HttpRequest) -> HttpResponse:
    """``GET /calibration``: the reliability diagram with its figures, by topic and age, as they were last learnt."""
    known = foretelling()
    report = known.report if known else None
    context = {
        "heading": _("Foretold interest"),
        "known": known,
        "report": report,
        "doubts": [str(DOUBTS[doubt]) for doubt in report.doubts()] if report else [],
        "diagram": diagram(report.bins) if report else None,
        "groupings": _groupings(report) if report else [],
        "places": curve_of_places(known.examined) if known else None,
        "fewest": FEWEST_OUTCOMES,
        "kept_days": settings.IMPRESSIONS_DAYS,
    }
    return render(request, "web/calibration/report.html", context)


def _groupings(report: Report) -> list[tuple[str, list[tuple[str, Figures]]]]:
    """Each grouping with its heading and the figures of its groups by name."""
    return [
        (str(GROUPINGS[grouping]), [(str(GROUPS.get(name, name)), figures) for name, figures in named.items()])
        for grouping, named in report.groups.items()
        if named
    ]
