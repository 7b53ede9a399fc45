"""Addresses: feeds, and lists of them."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.feeds import opml, pages, persons, private, query

KIND = r"(?P<kind>rss|atom|json)"
SECRET = r"(?P<secret>[0-9a-f]{40})"  # noqa: S105 - the pattern of one

urlpatterns = [
    re_path(rf"^feed\.{KIND}$", query.feed, name="feed"),
    path("feeds", pages.index, name="feeds"),
    path("feeds/secret", pages.change_secret, name="feed_secret"),
    path("feeds.opml", opml.mine, name="my_opml"),
    path("feeds/public.opml", opml.public, name="public_opml"),
    re_path(rf"^feeds/private/{SECRET}\.opml$", opml.by_secret, name="private_opml"),
    re_path(rf"^feeds/private/{SECRET}/(?P<what>for-you|following|saved)\.{KIND}$", private.own, name="private_feed"),
    re_path(
        rf"^feeds/private/{SECRET}/collections/(?P<key>[0-9a-z]+)\.{KIND}$",
        private.collection,
        name="private_collection_feed",
    ),
    re_path(rf"^feeds/private/{SECRET}/groups/(?P<slug>[-\w]+)\.{KIND}$", private.group, name="private_group_feed"),
    re_path(
        rf"^people/(?P<username>[\w.@+-]+)/submissions\.{KIND}$", persons.submissions_feed, name="submissions_feed"
    ),
]
