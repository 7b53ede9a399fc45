"""Addresses: votes and what a person is not interested in."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
