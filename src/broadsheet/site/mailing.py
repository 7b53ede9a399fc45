"""What the settings of mail say, in the words of Django and of django-anymail."""

from __future__ import annotations

import re
from email.utils import getaddresses, quote
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ

from broadsheet.site import config
from broadsheet.site.config import ConfigError

SCHEMES = frozenset({"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail"})
PROVIDER_PREFIX = "anymail+"
# What each provider of django-anymail has to be told. More may be given, under anymail's names in small letters.
PROVIDERS: dict[str, tuple[str, ...]] = {
    "amazon_ses": (),
    "brevo": ("api_key",),
    "mailersend": ("api_token",),
    "mailgun": ("api_key",),
    "mailjet": ("api_key", "secret_key"),
    "mailtrap": ("api_token",),
    "postal": ("api_key", "api_url"),
    "postmark": ("server_token",),
    "resend": ("api_key",),
    "sendgrid": ("api_key",),
    "sparkpost": ("api_key",),
    "unisender_go": ("api_key", "api_url"),
}
MAILBOX_SCHEMES = frozenset({"imap", "imaps", "pop", "pops", "maildir"})
LONGEST_BOUNCE_LOCAL = 34
"""What a key, a signature and their marks leave of the 64 characters before the @ (RFC 5321, 4.5.3.1.1)."""


def mail() -> dict[str, Any]:
    """Django's settings of mail; without a server, mail goes nowhere.

    Raises ``ConfigError``, without the address as it may hold a password, for one that is none.
    """
    word = config.EMAIL_URL.text()
    sender = config.EMAIL_FROM.text() or f'"{quote(config.NAME.text())}" <broadsheet@{_host()}>'
    named = getaddresses([sender])
    if len(named) != 1 or "@" not in named[0][1] or re.search(r"[\r\n]", sender):
        raise ConfigError(f"{config.EMAIL_FROM.name}={sender!r}: expected a sender such as papers@example.org")
    told = _provider(word) if word.startswith(PROVIDER_PREFIX) else _server(word)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "EMAIL_TIMEOUT": 20,
        **told,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }


def provider() -> str:
    """The name of the mail provider that letters go through; empty where it is a server."""
    word = config.EMAIL_URL.text()
    return word.removeprefix(PROVIDER_PREFIX).partition(":")[0].lower() if word.startswith(PROVIDER_PREFIX) else ""


def events_secret() -> str:
    """The name and word of the webhooks of a provider, as ``name:word``; empty where none is set.

    Raises ``ConfigError``, without the value, for anything else and for a word that can be guessed.
    """
    word = config.EMAIL_EVENTS_SECRET.text()
    name, _, secret = word.partition(":")
    if word and (not name or len(secret) < 16 or re.search(r"\s", word)):
        raise ConfigError(f"{config.EMAIL_EVENTS_SECRET.name}: expected name:word with a word of 16 characters or more")
    return word


def bounce_address() -> str:
    """The address that signed return addresses are made of, in the spelling that is sent; empty where none is set.

    Raises ``ConfigError`` for what is no such address.
    """
    word = config.BOUNCE_ADDRESS.text()
    local, at, domain = word.rpartition("@")
    is_sound = re.fullmatch(r"[A-Za-z0-9._+-]+", local) and re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain)
    if word and (not at or not is_sound or len(local) > LONGEST_BOUNCE_LOCAL):
        raise ConfigError(
            f"{config.BOUNCE_ADDRESS.name}={word!r}: expected an address such as bounces@papers.example.org, "
            f"with at most {LONGEST_BOUNCE_LOCAL} characters before the @"
        )
    return f"{local}@{domain.lower()}" if word else ""


def bounces() -> str:
    """The address of the mailbox that bounces are read from; empty where none is set.

    Raises ``ConfigError``, without the value as it may hold a password, for anything but a mailbox's address.
    """
    word = config.BOUNCES.text()
    if not word:
        return ""
    try:
        parts = urlsplit(word)
        is_sound = parts.scheme in MAILBOX_SCHEMES and parts.port != 0
    except ValueError:
        is_sound = False
    if is_sound and parts.scheme == "maildir":
        is_sound = parts.path.startswith("/")
    elif is_sound:
        is_sound = bool(parts.hostname and parts.username and parts.password)
    if not is_sound:
        raise ConfigError(
            f"{config.BOUNCES.name}: expected imaps://user:word@host/INBOX, pops://user:word@host or maildir:/folder"
        )
    return word


def _server(word: str) -> dict[str, Any]:
    if not word:
        return {}
    told: dict[str, Any] = {}
    try:
        # The scheme is looked at first: the parser takes what it does not know for a server that is not there.
        told = dict(environ.Env.email_url_config(word)) if urlsplit(word).scheme in SCHEMES else {}
        is_missing = told.get("EMAIL_BACKEND", "").endswith("smtp.EmailBackend") and not told.get("EMAIL_HOST")
    except (ValueError, KeyError):
        is_missing = True
    if is_missing or not told:
        raise ConfigError(f"{config.EMAIL_URL.name}: expected an address such as smtp+tls://user:word@host:587")
    return {key: value for key, value in told.items() if key.startswith("EMAIL_")}


def _provider(word: str) -> dict[str, Any]:
    """A provider of django-anymail, as ``anymail+mailgun:?api_key=KEY&sender_domain=papers.example.org``."""
    head, _, query = word.removeprefix(PROVIDER_PREFIX).partition("?")
    name = head.partition(":")[0].lower()
    if name not in PROVIDERS:
        raise ConfigError(
            f"{config.EMAIL_URL.name}: expected anymail+NAME:?api_key=KEY with one of {', '.join(PROVIDERS)}"
        )
    given = dict(parse_qsl(query))
    missing = [key for key in PROVIDERS[name] if not given.get(key)]
    wrong = [key for key in given if re.fullmatch(r"[a-z_]{1,40}", key) is None]
    if missing or wrong:
        raise ConfigError(f"{config.EMAIL_URL.name}: {name} has to be told {', '.join(missing or PROVIDERS[name])}")
    if find_spec("anymail") is None:
        raise ConfigError(
            f"{config.EMAIL_URL.name}: a mail provider needs the extra `providers`: pip install 'broadsheet[providers]'"
        )
    told: dict[str, Any] = {f"{name.upper()}_{key.upper()}": value for key, value in given.items()}
    # Not every provider lets the return path or metadata be chosen; without them letters go out all the same.
    told["IGNORE_UNSUPPORTED_FEATURES"] = True
    secret = events_secret()
    if secret:
        told["WEBHOOK_SECRET"] = secret
    return {"EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend", "ANYMAIL": told}


def _host() -> str:
    return urlsplit(config.BASE_URL.text()).hostname or "localhost"
