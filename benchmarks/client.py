"""Asking the site in this process, without a server: Django's test client."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.test import Client

__all__ = ["Client", "body", "client"]


def client() -> Client:
    """A client that asks the site by a name that it answers to."""
    return Client(SERVER_NAME="127.0.0.1")


def body(asking: Client, address: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The whole body of an answer. One that is not a 200 ends the benchmark."""
    answer = asking.get(address, headers=dict(headers or {}))
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{address} was answered with {answer.status_code}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
