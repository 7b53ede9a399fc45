"""A door that opens to nowhere: every answer is made by the test, and every question is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from broadsheet.sources.door import Answer, FetchError

Respond = Callable[[str, Any], Any]
"""What is answered to a question (address; what was sent, or the parameters): data, bytes, an answer or an error."""


class FakeDoor:
    """Answers as ``respond`` says."""

    def __init__(self, respond: Respond) -> None:
        self.asked: list[tuple[str, Any, dict[str, str]]] = []
        self._respond = respond

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_conditional: bool = False,
    ) -> Answer:
        assert not is_conditional
        return self._answer(url, dict(params or {}), headers)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Answer:
        return self._answer(url, json, headers)

    def remember(self, answer: Answer) -> None:
        raise AssertionError("nothing here is asked for conditionally")

    def _answer(self, url: str, sent: Any, headers: Mapping[str, str] | None) -> Answer:
        self.asked.append((url, sent, dict(headers or {})))
        told = self._respond(url, sent)
        if isinstance(told, FetchError):
            raise told
        if isinstance(told, Answer):
            return told
        return Answer(url=url, content=told if isinstance(told, bytes) else json.dumps(told).encode())


def never() -> bool:
    """A job that is not to stop."""
    return False


def github(stars: Mapping[str, int]) -> Respond:
    """GitHub, with these repositories and no others."""

    def respond(url: str, sent: Any) -> Any:
        assert url == "https://api.github.com/graphql"
        variables = sent["variables"]
        names = {key[1:]: f"{variables[key]}/{variables['n' + key[1:]]}" for key in variables if key[0] == "o"}
        assert not any(name in sent["query"] for name in names.values()), "names are variables, never part of the query"
        data = {
            f"r{number}": {"stargazerCount": stars[name]} if name in stars else None for number, name in names.items()
        }
        gone = [alias for alias, told in data.items() if told is None]
        errors = [{"type": "NOT_FOUND", "path": [alias], "message": "Could not resolve"} for alias in gone]
        return {"data": data} | ({"errors": errors} if errors else {})

    return respond


def chat(content: str) -> Respond:
    """An endpoint whose model always says this."""
    return lambda url, sent: {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}


def says(summary: object, keywords: object = ()) -> str:
    """What a model says that does as it is told."""
    return json.dumps({"summary": summary, "keywords": list(keywords) if isinstance(keywords, tuple) else keywords})
