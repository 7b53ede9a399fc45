"""Somebody who signs up and in by the pages' own forms."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import requests
from django.core import mail
from django.test import Client

from tests.people import PASSWORD
from tests.web.reading import parse_html

NEW = {"username": "nora", "email": "nora@example.org", "password1": "a lantern in the harbour"}


def sign_up(client: Client, path: str = "/accounts/signup/", **changed: str) -> Any:
    """Send the form as a browser would, with what it holds already."""
    told = fields(client.get(path).content.decode())
    return client.post(path, {**told, **NEW, **changed})


def fields(page: str) -> dict[str, str]:
    """What the forms of a page hold before anybody fills them in."""
    inputs = parse_html(page).all("input")
    return {one.attrs["name"]: one.attrs.get("value", "") for one in inputs if one.attrs.get("name")}


def sign_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password})


def code_of_last_letter() -> str:
    found = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/sessions/").status_code == 200


def come_by_provider(client: Client, key: str = "house", process: str = "login") -> Any:
    """Go to the provider by the form and come back; gives the answer to the way back."""
    sent = client.post(f"/accounts/oidc/{key}/login/?process={process}")
    assert sent.status_code == 200, sent.content
    away = next(a.attrs["href"] for a in parse_html(sent.content.decode()).all("a"))
    back = requests.get(away, allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")
