"""Addresses: pages of what is recommended to a person, and of what was learnt of them."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.foryou import alike, learnt, page, starting

urlpatterns = [
    path("for-you", page.for_you_page, name="for_you"),
    re_path(r"^for-you/feed\.(?P<kind>rss|atom|json)$", page.feed, name="for_you_feed"),
    path("for-you/start", starting.start, name="for_you_start"),
    path("for-you/profile", learnt.profile, name="for_you_profile"),
    path("for-you/profile/change", learnt.change, name="for_you_change"),
    path("recommended", alike.recommended, name="recommended"),
]
