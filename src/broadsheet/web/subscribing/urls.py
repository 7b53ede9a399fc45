"""Addresses: subscriptions: what is sent to somebody, when and where to."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
