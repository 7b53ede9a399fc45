"""Addresses: profiles, tokens, invitations and the accounts that wait for approval."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
