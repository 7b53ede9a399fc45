"""Addresses: what everybody looks at, why, and how it is weighed."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.trending import pages, weighing

urlpatterns = [
    path("trending", pages.trending, name="trending"),
    path("trending/weights", weighing.weights, name="trending_weights"),
    path("papers/<path:name>/why", pages.why, name="why"),
]
