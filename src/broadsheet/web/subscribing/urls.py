"""Addresses: subscriptions: what is sent to somebody, when and where to."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from broadsheet.web.subscribing import asking, by_secret, ending, pages

# Mail clients and people may change the case of what they copy.
WORD = r"[0-9a-fA-F]{40}"
urlpatterns: list[URLPattern] = [
    path("subscriptions", pages.subscriptions, name="subscriptions"),
    path("subscriptions/new", pages.new, name="subscription_new"),
    path("subscriptions/write-again", pages.ask_again, name="ask_again"),
    path("subscriptions/write-again/<str:token>", asking.write_again, name="write_again"),
    re_path(rf"^subscriptions/by/(?P<secret>{WORD})$", by_secret.by_secret, name="subscription_by_secret"),
    path("subscriptions/<slug:key>", pages.subscription, name="subscription"),
    path("subscriptions/<slug:key>/preview", pages.preview, name="subscription_preview"),
    path("subscriptions/<slug:key>/act", pages.act, name="subscription_act"),
    path("subscriptions/<slug:key>/end", pages.end, name="subscription_end"),
    path("subscribe", asking.subscribe, name="subscribe"),
    path("subscribe/<str:token>", asking.confirm, name="confirm_subscription"),
    re_path(rf"^unsubscribe/(?P<secret>{WORD})$", ending.unsubscribe, name="unsubscribe"),
]
