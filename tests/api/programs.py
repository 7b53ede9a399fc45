"""Programs that ask the API."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from broadsheet.community.models import Account
from broadsheet.community.tokens import make

API = "/api/v1"


class Program:
    """A program with a token of a person's, or with none."""

    def __init__(self, account: Account | None = None, scope: str = "write") -> None:
        self.headers = {}
        if account is not None:
            self.headers["Authorization"] = f"Bearer {make(account, name='t', scopes=[scope])[1]}"

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        told = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(Client(), method)(API + path, headers=self.headers, **told)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content[:300])
        if status != 204:
            assert answer["Content-Type"].startswith("application/json")
        return answer.json() if status != 204 else None
