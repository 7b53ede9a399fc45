"""The address of the report of calibration."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.calibration import pages

urlpatterns = [path("calibration", pages.calibration, name="calibration")]
