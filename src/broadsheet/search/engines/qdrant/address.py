"""The one setting of a Qdrant cluster: an address that says where it is, what the collection is called, and how wide.

``qdrant://[:api_key@]host[:6333][,host2[:port]...]/collection?shards=3&replicas=2&write_consistency=2&timeout=2&tls=1``;
``qdrants://`` is the same with ``tls=1``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from broadsheet.search.engines.base import EngineError

SCHEMES = ("qdrant", "qdrants")
DEFAULT_PORT = 6333
OPTIONS = ("shards", "replicas", "write_consistency", "timeout", "tls")
MOST_NODES, MOST_SHARDS, MOST_SECONDS = 64, 1024, 600.0

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z]+)://(?:(?P<user>[^/?#]*)@)?(?P<hosts>[^/?#@]*)/(?P<name>[^/?#]*)/?(?:\?(?P<query>[^#]*))?"
)
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")


class AddressError(EngineError):
    """The address of the cluster is not one; the text says which part of it, and what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a cluster is and how the collection in it is laid out.

    ``nodes`` are base addresses (``http://host:6333``), asked in turn when one does not answer. ``timeout`` is the
    longest that one question may take, in seconds, all attempts together.
    """

    nodes: tuple[str, ...]
    name: str
    api_key: str = field(default="", repr=False)
    shards: int = 1
    replicas: int = 1
    write_consistency: int = 1
    timeout: float = 2.0


def parse(url: str) -> Address:
    """Read the setting. Raises ``AddressError`` that names the wrong part; the key is never part of the text."""
    found = _ADDRESS.fullmatch(url.strip())
    if found is None or found["scheme"] not in SCHEMES:
        raise AddressError(
            "the search address is not of the form qdrant://[:api_key@]host:6333[,host2:6333]/collection?option=value"
        )
    if not _NAME.fullmatch(found["name"]):
        raise AddressError(
            f"the search address needs the name of a collection after the host, of letters, digits, '-', '_' and '.': "
            f"{found['name']!r}"
        )
    options = _options(found["query"] or "")
    is_tls = found["scheme"] == "qdrants" or options.get("tls", 0) == 1
    replicas = int(options.get("replicas", 1))
    consistency = int(options.get("write_consistency", replicas))
    if consistency > replicas:
        raise AddressError(f"write_consistency={consistency} of the search address is more than replicas={replicas}")
    return Address(
        nodes=tuple(_node(host, is_tls) for host in found["hosts"].split(",")),
        name=found["name"],
        api_key=_key(found["user"]),
        shards=int(options.get("shards", 1)),
        replicas=replicas,
        write_consistency=consistency,
        timeout=options.get("timeout", 2.0),
    )


def _key(user: str | None) -> str:
    name, _, key = (user or "").partition(":")
    if name:
        raise AddressError("the search address takes an API key as ':key@' before the host, and no name of a user")
    return unquote(key)


def _node(text: str, is_tls: bool) -> str:
    found = _HOST.fullmatch(text)
    port = int(found["port"] or DEFAULT_PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise AddressError(f"the search address has a host that is not host or host:port: {text!r}")
    return f"{'https' if is_tls else 'http'}://{found['host']}:{port}"


def _options(query: str) -> dict[str, float]:
    options: dict[str, float] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in OPTIONS:
            raise AddressError(f"the search address has an unknown option {name!r}; there are: {', '.join(OPTIONS)}")
        if name in options:
            raise AddressError(f"the search address gives {name!r} twice")
        options[name] = _seconds(value) if name == "timeout" else _count(name, value)
    return options


def _count(name: str, value: str) -> int:
    least, most = {"tls": (0, 1), "shards": (1, MOST_SHARDS)}.get(name, (1, MOST_NODES))
    if not re.fullmatch(r"[0-9]{1,6}", value, re.ASCII) or not least <= int(value) <= most:
        raise AddressError(f"{name}={value} of the search address is not a number from {least} to {most}")
    return int(value)


def _seconds(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", value, re.ASCII) or not 0.05 <= float(value) <= MOST_SECONDS:
        raise AddressError(f"timeout={value} of the search address is not a number of seconds from 0.05 to 600")
    return float(value)
