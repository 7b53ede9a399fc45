"""The site's addresses and one view that does nothing, behind the same middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from broadsheet.site import urls


def hello(request: HttpRequest) -> HttpResponse:
    """The least that a view can do."""
    return HttpResponse("hello\n", content_type="text/plain")


urlpatterns = [path("bench/hello", hello), *urls.urlpatterns]
