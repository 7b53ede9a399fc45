"""Addresses of pages and feeds."""

from __future__ import annotations

from django.urls import path

from broadsheet.web import alike, batches, help_page, sources_page, views
from broadsheet.web.authors import urls as authors
from broadsheet.web.calibration import urls as calibration
from broadsheet.web.deliveries import urls as deliveries
from broadsheet.web.feeds import urls as feeds
from broadsheet.web.following import urls as following
from broadsheet.web.foryou import urls as foryou
from broadsheet.web.groups import urls as groups
from broadsheet.web.letters import urls as letters
from broadsheet.web.library import urls as library
from broadsheet.web.moderation import urls as moderation
from broadsheet.web.mydata import urls as mydata
from broadsheet.web.notices import urls as notices
from broadsheet.web.people import urls as people
from broadsheet.web.submitting import urls as submitting
from broadsheet.web.subscribing import urls as subscribing
from broadsheet.web.talk import urls as talk
from broadsheet.web.topics import urls as topics
from broadsheet.web.trending import urls as trending
from broadsheet.web.voting import urls as voting

app_name = "web"
urlpatterns = [
    *people.urlpatterns,
    *voting.urlpatterns,
    *talk.urlpatterns,
    *submitting.urlpatterns,
    *authors.urlpatterns,
    *library.urlpatterns,
    *groups.urlpatterns,
    *moderation.urlpatterns,
    *calibration.urlpatterns,
    *notices.urlpatterns,
    *mydata.urlpatterns,
    *foryou.urlpatterns,
    *trending.urlpatterns,
    *topics.urlpatterns,
    *subscribing.urlpatterns,
    *following.urlpatterns,
    *feeds.urlpatterns,
    *letters.urlpatterns,
    *deliveries.urlpatterns,
    path("", views.home, name="home"),
    path("date/<str:text>", views.day, name="day"),
    path("week/<str:text>", views.week, name="week"),
    path("month/<str:text>", views.month, name="month"),
    path("search", views.search, name="search"),
    path("search/help", help_page.search_help, name="search_help"),
    path("similar", alike.similar, name="similar"),
    path("saved", views.saved_pages, name="saved_pages"),
    path("saved/<slug:slug>", views.saved_page, name="saved_page"),
    path("papers/<path:name>", views.paper, name="paper"),
    path("about", views.about, name="about"),
    path("sources", sources_page.sources, name="sources"),
    path("batches", batches.batches, name="batches"),
    path("batches/alerts.atom", batches.alerts, name="alerts"),
    path("batches/<str:source>/<path:category>/<str:text>", batches.batch, name="batch"),
]
