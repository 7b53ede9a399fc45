"""What the settings of signing in say, in the words of django-allauth."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import slugify

from broadsheet.site import config
from broadsheet.site.config import ConfigError, Setting

HUGGING_FACE = "https://huggingface.co"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def client(setting: Setting) -> dict[str, str] | None:
    """A provider's client id and secret, written as ``id:secret``; None when the setting is empty.

    Raises ``ConfigError``, without the value as it holds a secret, for anything else.
    """
    word = setting.text()
    if not word:
        return None
    client_id, colon, secret = (part.strip() for part in word.partition(":"))
    if not (client_id and colon and secret) or re.search(r"\s", client_id + secret):
        raise ConfigError(f"{setting.name}: expected the client id and the secret, as id:secret")
    return {"client_id": client_id, "secret": secret}


def issuers(setting: Setting) -> list[dict[str, Any]]:
    """The OpenID Connect issuers, each written as ``name|issuer|client id|secret``, as allauth wants them.

    The name in small letters is a part of the address to which the issuer sends people back. Raises ``ConfigError``,
    without the value as it holds a secret, for what is not written so, an issuer that is not reached by https (or http
    on this machine), and a name that is there twice.
    """
    apps = []
    taken = {"huggingface"}
    for number, word in enumerate(setting.items(), start=1):
        parts = [part.strip() for part in word.split("|")]
        if len(parts) != 4 or not all(parts):
            raise ConfigError(f"{setting.name}: entry {number}: expected name|issuer|client id|secret")
        name, issuer, client_id, secret = parts
        if not _is_issuer(issuer):
            raise ConfigError(f"{setting.name}: entry {number}: expected an issuer such as https://login.example.org")
        key = slugify(name)
        if not key or key in taken:
            raise ConfigError(
                f"{setting.name}: entry {number}: expected a name of letters or digits that is there once"
            )
        taken.add(key)
        apps.append(_issuer(key, name, issuer, {"client_id": client_id, "secret": secret}))
    return apps


def providers() -> dict[str, dict[str, Any]]:
    """All providers of the settings, for ``SOCIALACCOUNT_PROVIDERS``; each with state and PKCE (RFC 7636).

    Raises ``ConfigError`` as ``client`` and ``issuers`` do.
    """
    found: dict[str, list[dict[str, Any]]] = {"github": [], "orcid": [], "openid_connect": []}
    for key, setting in (("github", config.LOGIN_GITHUB), ("orcid", config.LOGIN_ORCID)):
        if told := client(setting):
            found[key].append(told)
    if told := client(config.LOGIN_HUGGINGFACE):
        found["openid_connect"].append(_issuer("huggingface", "Hugging Face", HUGGING_FACE, told))
    found["openid_connect"] += issuers(config.LOGIN_OIDC)
    return {key: {"OAUTH_PKCE_ENABLED": True, "APPS": apps} for key, apps in found.items()}


def _issuer(key: str, name: str, issuer: str, told: dict[str, str]) -> dict[str, Any]:
    return {"provider_id": key, "name": name, **told, "settings": {"server_url": issuer.rstrip("/")}}


def _is_issuer(word: str) -> bool:
    try:
        parts = urlsplit(word)
        is_clean = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        return False
    return is_clean and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
