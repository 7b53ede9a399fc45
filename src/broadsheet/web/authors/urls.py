"""Addresses: authors, organisations, claims and what a person follows."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
