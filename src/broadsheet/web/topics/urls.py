"""Addresses: the map of a day or week, and topics over the weeks."""

from __future__ import annotations

from django.urls import URLPattern, path

from broadsheet.web.topics import maps, trends_page

urlpatterns: list[URLPattern] = [
    path("map", maps.map_of_list, name="map"),
    path("map/date/<str:text>", maps.map_day, name="map_day"),
    path("map/week/<str:text>", maps.map_week, name="map_week"),
    path("map/month/<str:text>", maps.map_month, name="map_month"),
    path("topics", trends_page.topics_page, name="topics"),
]
