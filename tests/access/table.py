"""Who gets what from every address: the one table.

A row is ``(name of the pattern, path, {method: statuses})``. The path is filled with the world of ``world.py``.
Statuses stand in the order of ``PEOPLE``; one alone is everybody's. Methods that a row does not name must be refused to
all (``REFUSED``). A pattern without a row fails the suite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("anonymous", "member", "stranger", "curator", "moderator", "admin", "suspended", "read token", "write token")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What most rows say: 302 leads to signing in, or back after a form.
MEMBERS_READ = "302 200 200 200 200 200 200 302 302"
MEMBERS_OPEN = "302 200 200 200 200 200 403 302 302"
MEMBERS_DO = "302 302 302 302 302 302 403 302 302"
OWNER_DOES = "302 302 404 404 404 404 403 302 302"
OWNER_OPENS = "302 200 404 404 404 404 403 302 302"
INSIDERS_READ = "302 200 404 404 404 404 404 302 302"
OWNER_SEES = "404 200 404 404 404 404 404 404 404"
MODERATORS_READ = "404 404 404 404 200 200 404 404 404"
MODERATORS_DO = "404 404 404 404 302 302 404 404 404"
CURATORS_READ = "404 404 404 200 200 200 404 404 404"
CURATORS_DO = "404 404 404 302 302 302 404 404 404"
ADMINS_READ = "404 404 404 404 404 200 404 404 404"
ADMINS_DO = "404 404 404 404 404 302 404 404 404"
API_MEMBERS_READ = "401 200 200 200 200 200 200 200 200"
API_MEMBERS_DO = "401 200 200 200 200 200 403 403 200"
API_MEMBERS_MAKE = "401 201 201 201 201 201 403 403 201"
STRANGERS_TO_SIGN_IN = "200 302 302 302 302 302 302 200 200"

REFUSED = frozenset({401, 403, 404, 405})
"""What a method that an address does not have may be answered with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One address, with what each method gives to each of ``PEOPLE`` and the form or JSON that is sent."""

    name: str
    path: str
    statuses: dict[str, str]
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        """Whether what is sent goes as JSON, as programs send it, and not as a form."""
        return self.name.startswith(("api:", "hub:"))

    def expected(self, method: str) -> list[int] | None:
        """The status for each person; None for a method that the address does not have."""
        if method not in self.statuses:
            return None
        given = [int(word) for word in self.statuses[method].split()]
        return given * len(PEOPLE) if len(given) == 1 else given


def row(name: str, path: str, sent: dict[str, Any] | None = None, **statuses: str) -> Row:
    """A row; methods are given as keywords (``GET="200"``)."""
    return Row(name, path, statuses, sent or {})
