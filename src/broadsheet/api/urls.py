"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from broadsheet.api import views

app_name = "api"
urlpatterns = [
    path("papers", views.papers, name="papers"),
    path("papers/<path:name>", views.paper, name="paper"),
]
