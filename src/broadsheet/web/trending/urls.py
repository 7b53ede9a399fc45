"""Addresses: pages of what everybody looks at, why, and how it is weighed."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
