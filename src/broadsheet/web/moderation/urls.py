"""Addresses of reports, moderation, curation and the log."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.moderation import curating, log, papers, persons, queue, reporting

urlpatterns = [
    path("report/<slug:kind>/<path:subject>", reporting.report, name="report"),
    path("moderation", queue.queue, name="moderation"),
    path("moderation/reports/<slug:kind>/<path:subject>", queue.decide_report, name="report_decide"),
    path("moderation/comments/<slug:key>", queue.moderate_comment, name="moderate_comment"),
    path("moderation/papers/<path:name>", papers.moderate_paper, name="moderate_paper"),
    path("moderation/merges/<int:number>", papers.undo_merge, name="merge_undo"),
    path("moderation/collections/<slug:key>", papers.moderate_collection, name="moderate_collection"),
    path("moderation/people/<str:username>", persons.moderate_person, name="moderate_person"),
    path("moderation/roles", persons.roles, name="roles"),
    path("moderation/audit", log.audit, name="audit"),
    path("curation/<str:text>", curating.curate, name="curation"),
    path("log", log.log, name="log"),
    path("log.atom", log.feed, name="log_feed"),
]
