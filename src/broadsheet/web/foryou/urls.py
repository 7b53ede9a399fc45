"""Addresses: pages of what is recommended to a person, and of what was learnt of them."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
