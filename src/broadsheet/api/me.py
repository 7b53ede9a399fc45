"""Who a program acts for."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from broadsheet.api.access import needs_scope, token_of
from broadsheet.community.access import is_suspended
from broadsheet.community.models import Account


@require_safe
@needs_scope("read")
def me(request: HttpRequest) -> JsonResponse:
    """``GET /api/v1/me``: the person, and what the token may do; without a token of a session, ``token`` is null."""
    account, token = cast("Account", request.user), token_of(request)
    return JsonResponse(
        {
            "username": account.username,
            "name": account.shown_name,
            "email": account.email or None,
            "affiliation": account.affiliation or None,
            "about": account.about or None,
            "orcid": account.orcid or None,
            "is_orcid_verified": account.is_orcid_verified,
            "links": account.links,
            "role": account.role,
            "is_suspended": is_suspended(account),
            "joined_at": account.date_joined.isoformat(),
            "url": settings.BASE_URL + reverse("web:person", args=(account.username,)),
            "token": {
                "name": token.name,
                "scopes": token.scopes,
                "created_at": token.created_at.isoformat(),
                "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            }
            if token
            else None,
        }
    )


@require_safe
@needs_scope("read")
def whoami(request: HttpRequest) -> JsonResponse:
    """``GET /api/whoami-v2``: the same as clients of Hugging Face read it (``HfApi.whoami``, ``hf auth whoami``)."""
    account, token = cast("Account", request.user), token_of(request)
    told: dict[str, Any] = {
        "type": "user",
        "id": f"{account.pk:024x}",
        "name": account.username,
        "fullname": account.shown_name,
        "email": account.email or None,
        "emailVerified": EmailAddress.objects.filter(user=account, verified=True).exists(),
        "canPay": False,
        "isPro": False,
        "avatarUrl": f"{settings.BASE_URL}/static/web/icon.svg",
        "orgs": [],
        "auth": {"type": "session"},
    }
    if token is not None:
        role = "write" if "write" in token.scopes else "read"
        access = {"displayName": token.name, "role": role, "createdAt": f"{token.created_at:%Y-%m-%dT%H:%M:%S.%fZ}"}
        told["auth"] = {"type": "access_token", "accessToken": access}
    return JsonResponse(told)
