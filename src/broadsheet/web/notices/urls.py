"""Addresses: notifications, and how they are wanted."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.notices import pages

urlpatterns = [
    path("notifications", pages.notifications, name="notifications"),
    path("settings/notifications", pages.choices, name="notice_settings"),
]
