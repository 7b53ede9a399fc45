"""Addresses: curation, reports and the public log."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
