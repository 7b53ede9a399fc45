"""Addresses of comments: newest ones, feeds, one comment, and the forms around it."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.talk import acts, feeds, forms, pages

urlpatterns = [
    path("comments", pages.newest, name="comments"),
    re_path(r"^comments/feed\.(?P<kind>rss|atom|json)$", feeds.feed, name="comments_feed"),
    path("comments/on/<str:paper>", forms.write, name="comments_on"),
    path("comments/<slug:key>", pages.comment, name="comment"),
    path("comments/<slug:key>/reply", forms.reply, name="comment_reply"),
    path("comments/<slug:key>/edit", forms.edit, name="comment_edit"),
    path("comments/<slug:key>/history", pages.history, name="comment_history"),
    path("comments/<slug:key>/delete", acts.delete, name="comment_delete"),
    path("comments/<slug:key>/hide", acts.hide_in_group, name="comment_hide"),
    path("comments/<slug:key>/react", acts.react, name="comment_react"),
]
