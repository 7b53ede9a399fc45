"""Addresses: addresses that stand in letters: the web copy, voting and saving, and ending a subscription."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
