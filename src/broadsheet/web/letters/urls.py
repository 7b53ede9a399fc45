"""Addresses that stand in letters: the copy of a letter, all letters of a subscription, voting and saving."""

from __future__ import annotations

from django.urls import URLPattern, path

from broadsheet.web.letters import acting, archive, copies

urlpatterns: list[URLPattern] = [
    path("letters/of/<slug:key>", archive.letters_of, name="letters_of"),
    path("letters/of/<slug:key>/<slug:signature>", archive.letters_by_link, name="letters_by_link"),
    path("letters/<slug:secret>", copies.letter, name="letter"),
    path("letters/<slug:key>/<slug:paper>/<slug:signature>", acting.letter_paper, name="letter_paper"),
]
