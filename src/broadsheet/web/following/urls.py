"""Addresses: what a question would bring, saved searches, their private feeds and webhooks."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.following import follow, private_feed, searches, webhooks

urlpatterns = [
    path("search/follow", follow.follow_search, name="follow_search"),
    path("searches", searches.index, name="searches"),
    path("searches/<slug:key>", searches.one, name="saved_search"),
    path("searches/<slug:key>/edit", searches.edit, name="saved_search_edit"),
    path("searches/<slug:key>/delete", searches.delete, name="saved_search_delete"),
    path("searches/<slug:key>/feeds", searches.renew, name="saved_search_feeds"),
    path("searches/<slug:key>/mail", searches.mail, name="saved_search_mail"),
    path("searches/<slug:key>/webhooks", searches.webhook, name="saved_search_webhook"),
    path("webhooks/<slug:key>", webhooks.one, name="webhook"),
    path("webhooks/<slug:key>/act", webhooks.act, name="webhook_act"),
    re_path(r"^feeds/search/(?P<secret>[0-9a-f]{40})\.(?P<kind>rss|atom|json)$", private_feed.feed, name="search_feed"),
]
