"""The site's addresses and the views that it is compared with, behind the same middleware."""

from __future__ import annotations

import itertools

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from broadsheet.site import urls

PEER_TABLE = "CREATE TABLE IF NOT EXISTS benchmark_peer (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)"
_numbers = itertools.count()


def hello(request: HttpRequest) -> HttpResponse:
    """The least that a view can do."""
    return HttpResponse("hello\n", content_type="text/plain")


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """The least that a view can write: one row, for the benchmark of votes, which makes the table."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO benchmark_peer (number) VALUES (%s)", [next(_numbers)])
    return HttpResponse("written\n", content_type="text/plain")


urlpatterns = [path("bench/hello", hello), path("bench/insert", insert), *urls.urlpatterns]
