"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from broadsheet.api import comments, following, for_you, library, me, submissions, subscriptions, views, votes

app_name = "api"
urlpatterns = [
    path("me", me.me, name="me"),
    path("papers", views.papers, name="papers"),
    path("papers/<path:name>/comments", comments.of_paper, name="paper_comments"),
    path("comments", comments.newest_comments, name="comments"),
    path("comments/<slug:key>", comments.one, name="comment"),
    path("comments/<slug:key>/history", comments.history, name="comment_history"),
    path("comments/<slug:key>/reactions", comments.reactions, name="comment_reactions"),
    path("papers/<path:name>/vote", votes.vote, name="vote"),
    path("papers/<path:name>/voters", votes.voters, name="voters"),
    path("papers/<path:name>/dismissal", for_you.dismissal, name="dismissal"),
    path("for-you", for_you.recommended, name="for_you"),
    path("for-you/profile", for_you.profile, name="for_you_profile"),
    path("for-you/interests/<slug:key>", for_you.interest, name="for_you_interest"),
    path("recommendations", for_you.from_papers, name="recommendations"),
    path("library", library.shelf, name="library"),
    path("library/<path:name>", library.paper, name="library_paper"),
    path("collections", library.all_collections, name="collections"),
    path("collections/<slug:key>", library.collection, name="collection"),
    path("collections/<slug:key>/papers/<path:name>", library.entry, name="collection_entry"),
    path("searches", following.all_searches, name="saved_searches"),
    path("searches/preview", following.preview, name="search_preview"),
    path("searches/<slug:key>", following.one, name="saved_search"),
    path("searches/<slug:key>/feeds", following.feeds, name="saved_search_feeds"),
    path("searches/<slug:key>/papers", following.papers, name="saved_search_papers"),
    path("subscriptions", subscriptions.all_subscriptions, name="subscriptions"),
    path("subscriptions/<slug:key>", subscriptions.one, name="subscription"),
    path("subscriptions/<slug:key>/test", subscriptions.test, name="subscription_test"),
    path("subscriptions/<slug:key>/secret", subscriptions.secret, name="subscription_secret"),
    path("subscriptions/<slug:key>/deliveries", subscriptions.deliveries, name="subscription_deliveries"),
    path("papers/<path:name>", views.paper, name="paper"),
    path("submissions", submissions.submissions, name="submissions"),
    path("submissions/<slug:key>", submissions.submission, name="submission"),
]
