"""Addresses: the map of a day or week, and topics over the weeks."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
