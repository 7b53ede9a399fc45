"""Addresses: what was delivered, for admins, and where a mail provider tells of it."""

from __future__ import annotations

from django.urls import URLPattern, path

from broadsheet.web.deliveries import acts, events, pages

urlpatterns: list[URLPattern] = [
    path("deliveries", pages.deliveries, name="deliveries"),
    path("deliveries/sending", acts.sending, name="deliveries_sending"),
    path("deliveries/doubts", acts.doubts, name="deliveries_doubts"),
    path("deliveries/address", acts.address, name="deliveries_address"),
    path("deliveries/suppress", acts.suppress, name="deliveries_suppress"),
    path("mail/events/<slug:provider>", events.mail_events, name="mail_events"),
]
