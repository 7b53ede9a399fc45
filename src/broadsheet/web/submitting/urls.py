"""Addresses: submitting papers."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.submitting import pages, queue

urlpatterns = [
    path("submit", pages.submit, name="submit"),
    path("submit/bookmarklet", pages.bookmarklet, name="bookmarklet"),
    path("submissions", pages.submissions, name="submissions"),
    path("submissions/queue", queue.queue, name="submission_queue"),
    path("submissions/<slug:key>", pages.submission, name="submission"),
    path("submissions/<slug:key>/decision", queue.decision, name="submission_decision"),
]
