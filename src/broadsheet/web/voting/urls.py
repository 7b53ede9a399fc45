"""Addresses of votes, of who voted, and of what somebody is not interested in."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.voting import held, views

urlpatterns = [
    path("vote", views.vote, name="vote"),
    path("dismiss", views.dismiss, name="dismiss"),
    path("papers/<path:name>/voters", views.voters, name="voters"),
    path("moderation/votes", held.held_votes, name="held_votes"),
]
