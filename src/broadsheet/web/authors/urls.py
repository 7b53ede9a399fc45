"""Addresses: authors, organisations, claims and what a person follows."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.authors import belonging, claiming, following, pages, voted

urlpatterns = [
    path("authors/<str:author>", pages.author, name="author"),
    path("organisations", pages.organisations, name="organisations"),
    path("organisations/<path:slug>", pages.organisation, name="organisation"),
    path("affiliations", belonging.belong, name="affiliations"),
    path("claims", claiming.my_papers, name="my_papers"),
    path("claims/offered", claiming.claim_offered, name="claim_offered"),
    path("claims/<int:number>", claiming.change, name="change_claim"),
    path("papers/<path:name>/claim", claiming.claim, name="claim"),
    path("moderation/claims", claiming.queue, name="claims"),
    path("follow", following.follow, name="follow"),
    path("following", following.following, name="following"),
    re_path(r"^people/(?P<username>[\w.@+-]+)/votes\.(?P<kind>rss|atom|json)$", voted.votes_feed, name="votes_feed"),
]
