"""Addresses: profiles, tokens, invitations and the accounts that wait for approval."""

from __future__ import annotations

from django.urls import path

from broadsheet.web.people import coming_in, profile, settings

urlpatterns = [
    path("people/<str:username>", profile.person, name="person"),
    path("people/<str:username>/<slug:name>", profile.section, name="person_section"),
    path("settings", settings.profile, name="settings"),
    path("settings/tokens", settings.token_list, name="tokens"),
    path("settings/tokens/<int:number>/revoke", settings.token_revoke, name="token_revoke"),
    path("invitations", coming_in.invitation_list, name="invitations"),
    path("invitations/<int:number>/withdraw", coming_in.invitation_withdraw, name="invitation_withdraw"),
    path("join/<str:code>", coming_in.join, name="join"),
    path("moderation/waiting", coming_in.waiting, name="waiting"),
    path("moderation/waiting/<int:number>", coming_in.decide, name="waiting_decide"),
]
