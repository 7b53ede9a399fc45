"""A door behind which nothing is: addresses lead to bytes or to faults, and what was asked is written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from broadsheet.sources.door import Answer, StatusError

Content = bytes | str | list[Any] | dict[str, Any] | Exception | None
Behind = Mapping[str, Content] | Callable[[str], Content]


class FakeDoor:
    """Answers with what ``behind`` has at an address (with its query); 404 for None and for what is not there."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind if callable(behind) else behind.get
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.posted: list[Any] = []
        self.conditions: list[bool] = []
        self.remembered: list[Answer] = []

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_conditional: bool = False,
    ) -> Answer:
        self.conditions.append(is_conditional)
        address = f"{url}?{urlencode(params)}" if params else url
        if is_conditional and address in [answer.url for answer in self.remembered]:
            return Answer(url=address, status=304, is_unchanged=True)
        return self._answer(address, headers)

    def remember(self, answer: Answer) -> None:
        self.remembered.append(answer)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Answer:
        self.posted.append(json)
        return self._answer(url, headers)

    def _answer(self, url: str, headers: Mapping[str, str] | None) -> Answer:
        self.asked.append(url)
        self.headers.append(dict(headers or {}))
        content = self._behind(url)
        if isinstance(content, Exception):
            raise content
        if content is None:
            raise StatusError(f"{url}: 404", 404)
        if isinstance(content, str):
            content = content.encode()
        return Answer(url=url, content=content if isinstance(content, bytes) else json.dumps(content).encode())
