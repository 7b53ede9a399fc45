"""Addresses at which clients of Hugging Face look for papers."""

from __future__ import annotations

from django.urls import path

from broadsheet.api import daily_papers, hub_comments, me, submissions, votes

app_name = "hub"
urlpatterns = [
    path("whoami-v2", me.whoami, name="whoami"),
    path("daily_papers", daily_papers.daily_papers, name="daily"),
    path("papers/submit", submissions.submit_as_hub, name="submit"),
    path("papers/<path:name>/comment", hub_comments.comment, name="comment"),
    path("papers/<path:name>/comment/<slug:key>/reply", hub_comments.reply, name="comment_reply"),
    path("papers/<path:name>/upvote", votes.upvote, name="upvote"),
    path("papers/<path:name>", daily_papers.paper_info, name="paper"),
]
