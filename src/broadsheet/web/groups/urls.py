"""Addresses: groups."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.groups import acts, pages

urlpatterns = [
    path("groups", pages.index, name="groups"),
    path("groups/new", acts.new, name="group_new"),
    path("groups/<slug:slug>", pages.one, name="group"),
    path("groups/<slug:slug>/edit", acts.edit, name="group_edit"),
    path("groups/<slug:slug>/delete", acts.delete, name="group_delete"),
    path("groups/<slug:slug>/people", pages.people, name="group_people"),
    path("groups/<slug:slug>/membership", acts.membership, name="group_membership"),
    path("groups/<slug:slug>/answer", acts.answer, name="group_answer"),
    path("groups/<slug:slug>/reading", acts.reading, name="group_reading"),
    path("groups/<slug:slug>/vote", acts.vote, name="group_vote"),
    path("groups/<slug:slug>/week", pages.week, name="group_week"),
    path("groups/<slug:slug>/week/<str:text>", pages.week, name="group_week_of"),
    path("groups/<slug:slug>/papers/<path:name>", pages.paper, name="group_paper"),
]
