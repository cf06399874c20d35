"""All addresses of the application: one line for each area."""

from __future__ import annotations

from typing import Final

from django.urls import include, path

from tutela.api.operations import FIRST
from tutela.service.api import api_addresses

urlpatterns: Final = [
    path("", include("tutela.web.front.urls")),
    path("presences/", include("tutela.web.presences.urls")),
    path("releases/", include("tutela.web.releases.urls")),
    path("reach/", include("tutela.web.reach.urls")),
    path("accounts/", include("tutela.web.accounts.urls")),
    path("accounts/tokens/", include("tutela.web.accounts.token_urls")),
    path("administration/", include("tutela.web.administration.urls")),
    path("register/", include("tutela.web.missions.urls")),
    path("watch/", include("tutela.web.incidents.urls")),
    path("siting/", include("tutela.web.siting.urls")),
    path("threats/", include("tutela.web.threats.urls")),
    path("outlook/", include("tutela.web.outlook.urls")),
    path("operations/", include("tutela.web.operations.urls")),
    path("exports/", include("tutela.web.exports.urls")),
    path("map/", include("tutela.web.maps.urls")),
    path("search/", include("tutela.web.finding.urls")),
    path(FIRST.lstrip("/"), include((api_addresses(), "api"))),
]

handler400: Final = "tutela.web.shared.errors.bad_request"
handler403: Final = "tutela.web.shared.errors.forbidden"
handler404: Final = "tutela.web.shared.errors.not_found"
handler500: Final = "tutela.web.shared.errors.server_error"
