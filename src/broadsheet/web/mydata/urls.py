"""Addresses: a person's data: taking it along and erasing it."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
