"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from broadsheet.site.tables import site
from broadsheet.web import errors

urlpatterns = [
    path("api/v1/", include("broadsheet.api.urls")),
    path("api/", include("broadsheet.api.hub_urls")),
    path("admin/", site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("broadsheet.web.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
