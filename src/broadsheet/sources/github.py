"""How many stars repositories have, from GitHub's GraphQL interface: a hundred repositories in one request.

Names go as variables of the query and never into its text. GitHub follows renamed repositories by itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from broadsheet.sources.answers import load_json
from broadsheet.sources.door import BusyError, Door
from broadsheet.sources.fields import FieldError, Fields
from broadsheet.sources.record import SourceError

ENDPOINT = "https://api.github.com/graphql"
MOST_AT_ONCE = 100
_NAME = "GitHub"
_PART = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# It is documented as the first and has been seen as the second, both with status 200.
_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
# An hour is the length of GitHub's window; what it says of its end is believed within that.
_LEAST_SECONDS, _WINDOW_SECONDS = 60.0, 3600.0


def repository_of(url: str) -> str:
    """The repository, as ``owner/name`` in small letters, that an address on github.com leads to; '' for any other."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if (parts.hostname or "").removeprefix("www.") != "github.com" or len(segments) < 2:
        return ""
    owner, name = segments[0], segments[1].removesuffix(".git")
    is_name = _PART.fullmatch(owner) and _PART.fullmatch(name) and name not in (".", "..")
    return f"{owner}/{name}".lower() if is_name else ""


def star_counts(door: Door, repositories: Sequence[str], token: str) -> dict[str, int | None]:
    """The stars of at most ``MOST_AT_ONCE`` repositories (``owner/name``); None for one that is not there, or not open.

    Raises ``ValueError`` for more of them, ``BusyError`` when the token's share is used up, ``FetchError`` when GitHub
    cannot be reached and ``SourceError`` when it answers with something else than it should.
    """
    if len(repositories) > MOST_AT_ONCE:
        raise ValueError(f"{len(repositories)} repositories at once, more than {MOST_AT_ONCE}")
    if not repositories:
        return {}
    answer = door.post(ENDPOINT, json=_question(repositories), headers={"Authorization": f"Bearer {token}"})
    try:
        told = Fields(load_json(answer.content, _NAME), f"the answer of {_NAME}")
        _check(told, answer.headers)
        found = told.fields("data")
        return {name: _stars(found, f"r{number}") for number, name in enumerate(repositories)}
    except FieldError as error:
        raise SourceError(f"{_NAME}: {error}") from error


def _question(repositories: Sequence[str]) -> dict[str, object]:
    variables: dict[str, str] = {}
    for number, repository in enumerate(repositories):
        variables[f"o{number}"], _, variables[f"n{number}"] = repository.partition("/")
    declared = ", ".join(f"${name}: String!" for name in variables)
    asked = " ".join(
        f"r{number}: repository(owner: $o{number}, name: $n{number}) {{ stargazerCount }}"
        for number in range(len(repositories))
    )
    return {"query": f"query({declared}) {{ {asked} }}", "variables": variables}


def _check(told: Fields, headers: Mapping[str, str]) -> None:
    """Refuse an answer that is none; that some repositories are not there is one."""
    errors = [Fields(error, "an error") for error in told.list_of("errors")[1]]
    if any(error.text("type") in _LIMITED for error in errors):
        raise BusyError(f"{_NAME}: the token's share is used up", 429, _retry_after(headers))
    if told.first("data")[1] is None:
        said = "; ".join(error.text("message")[:200] for error in errors) or told.text("message")[:200]
        raise SourceError(f"{_NAME}: no data, but: {said or 'nothing'}")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds until the token may be used again, from whichever header says so."""
    after, until = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    told = float(after) if after.isdecimal() else float(until) - time.time() if until.isdecimal() else _WINDOW_SECONDS
    return min(max(told, _LEAST_SECONDS), _WINDOW_SECONDS)


def _stars(found: Fields, alias: str) -> int | None:
    return found.fields(alias).count("stargazerCount") if found.first(alias)[1] is not None else None
