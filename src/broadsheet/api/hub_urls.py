"""Addresses at which clients of Hugging Face look for papers."""

from __future__ import annotations

from django.urls import path

from broadsheet.api import daily_papers

app_name = "hub"
urlpatterns = [
    path("daily_papers", daily_papers.daily_papers, name="daily"),
    path("papers/<path:name>", daily_papers.paper_info, name="paper"),
]
