"""Addresses: a person's data: taking it along and erasing it."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.mydata import views

urlpatterns = [
    path("settings/data", views.data, name="mydata"),
    path("settings/data/take-along", views.take, name="mydata_take"),
    path("settings/data/erase", views.erase_me, name="mydata_erase"),
]
