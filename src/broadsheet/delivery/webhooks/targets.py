"""Where to a webhook may post: judged when it is entered, and again by the door whenever something is sent.

The address of a chat's webhook lets whoever knows it write there, so it is treated as a secret: ``masked`` is what is
shown of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from broadsheet.catalogue.outside import door
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Subscription
from broadsheet.sources.door import FetchError, RefusedAddressError

Format = Subscription.Format
NAMES: dict[str, str] = {
    Format.JSON: "JSON",
    Format.SLACK: "Slack",
    Format.DISCORD: "Discord",
    Format.MATRIX: "Matrix",
    Format.MATTERMOST: "Mattermost",
}
"""What each format is called."""
LONGEST_TARGET = 2_000
LONGEST_TOKEN = 500
ROOM_PATH = "/_matrix/client/v3/rooms/{room}/send/m.room.message"
_CLIENT_API = "/_matrix/client/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What somebody enters: an address, and of a Matrix room the homeserver's with the room's ID and a token."""

    format: str
    url: str
    room: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What is kept: the whole address, and the token that goes with it (empty where none does)."""

    url: str
    token: str = ""


class TargetError(RefusedError):
    """An address cannot be posted to; ``field`` names what was entered wrongly, and the text says what is expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def checked(given: Address) -> Target:
    """What is kept of an address that somebody enters; its host's name is looked up, and nothing is sent.

    Raises ``TargetError``.
    """
    if given.format not in Format.values:
        raise TargetError("format", _("Choose what the other side understands."))
    url = given.url.strip()
    if not url or len(url) > LONGEST_TARGET or not url.isprintable() or " " in url:
        raise TargetError("url", _("Enter an address that begins with https:// or http://."))
    target = _of_room(url, given) if given.format == Format.MATRIX else Target(url)
    _judge(target.url)
    return target


def masked(target: str) -> str:
    """As much of an address as can be shown: its host, and the last letters, by which its owner knows it."""
    told = urlsplit(target)
    host = told.hostname or ""
    rest = target.partition("://")[2].partition("/")[2]
    return f"{told.scheme}://{host}/…{rest[-4:]}" if len(rest) > 12 else f"{told.scheme}://{host}/" + "…" * bool(rest)


def _of_room(url: str, given: Address) -> Target:
    room, token = given.room.strip(), given.token.strip()
    if not room and not token and _CLIENT_API not in url:
        # The generic webhook of a bridge, which knows its room by itself.
        return Target(url)
    if not token or len(token) > LONGEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise TargetError("token", _("Enter the access token of the account that writes into the room."))
    if _CLIENT_API in url:
        return Target(url.partition("?")[0].rstrip("/"), token)
    if not room.startswith("!") or len(room) > 255:
        raise TargetError("room", _("Enter the internal ID of the room, which begins with an exclamation mark."))
    base = urlsplit(url)
    return Target(f"{base.scheme}://{base.netloc}{ROOM_PATH.format(room=quote(room, safe=''))}", token)


def _judge(url: str) -> None:
    try:
        door().judge(url)
    except RefusedAddressError as error:
        raise TargetError("url", _("This address is not posted to: %(why)s.") % {"why": error}) from error
    except FetchError as error:
        raise TargetError("url", _("This address cannot be reached: %(why)s.") % {"why": error}) from error
