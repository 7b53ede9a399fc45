"""Links in running text: found, cleaned of what typesetting left on them, and sorted into kinds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from broadsheet.catalogue.text.clean import strip_unseen
from broadsheet.catalogue.text.said import said_kind

LinkKind = Literal["code", "project", "model", "dataset", "video", "other"]

MAX_URL = 2000
_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
_HUB_HOSTS = frozenset({"huggingface.co", "hf.co"})
_VIDEO_HOSTS = frozenset({"youtube.com", "youtu.be", "m.youtube.com", "vimeo.com", "player.vimeo.com"})
_PAGES_HOSTS = (".github.io", ".gitlab.io")
# Proxies that a page saver or a reader put in place of the real host: not what the authors printed, so no link.
_MIRRORS = ("barry1.top", "hf-mirror.com", "githubfast.com", "kkgithub.com")
_NOT_OWNERS = frozenset({"orgs", "features", "topics", "sponsors", "marketplace", "settings", "login", "search"})
_NOT_MODELS = frozenset(
    {"papers", "collections", "docs", "blog", "organizations", "join", "login", "learn", "posts", "tasks", "api"}
)

_KNOWN = r"(?:github\.com|gitlab\.com|huggingface\.co|hf\.co|codeberg\.org|bitbucket\.org)"
_BODY = r"(?:[A-Za-z0-9\-._~:/?#\[\]@!&'()*+,;=%]|\\[_%#&~](?:\{\})?|\\allowbreak\b ?)"
_START = re.compile(
    rf"(?P<full>https?://)"
    rf"|(?P<lame>https?:/(?={_KNOWN}/))"
    r"|(?<![\w@/.:\-])(?:"
    r"(?P<bare>(?:www\.(?=[a-z0-9\-]{1,63}\.)|[a-z0-9][a-z0-9\-]{0,62}\.github\.io\b|" + _KNOWN + r"/(?=\w)))"
    r"|(?P<torn>https?\s?:\s?/\s?/\s?(?:github|gitlab|huggingface)\s?\.\s?(?:com|co)\s?/\s?"
    r"[\w.\-]{1,100}(?:\s?/\s?[\w.\-]{1,100})?)"
    r")",
    re.IGNORECASE | re.ASCII,
)
_BODY_RUN = re.compile(rf"{_BODY}{{1,{MAX_URL}}}", re.ASCII)
_ESCAPE = re.compile(r"\\allowbreak\b ?|\\([_%#&~])(?:\{\})?")
_HOST = re.compile(r"(?:[^\W_](?:[\w\-]*[^\W_])?\.)*[^\W_](?:[\w\-]*[^\W_])?\.?")
_FORBIDDEN = re.compile(r"[\\<>\"`{}|^\s]")
_HINTS = ("://", ":/", ": /", "www.", ".com/", ".co/", ".org/", ".io")
# Every address begins with one of these, or with up to 63 characters and the last.
_MARKS = ("http", "www.", "github.com", "gitlab.com", "huggingface.co", "hf.co", "codeberg.org", "bitbucket.org",
          ".github.io")  # fmt: skip
_LONGEST_BEFORE = 64
# "{here}", and with a colour left in it "{blue{here}}".
_LABEL = re.compile(r"\{(?:\\?[A-Za-z]{1,20}\{([^{}]{0,200})\}|([^{}]{0,200}))\}")
_GENERIC = re.compile(
    r"(?:(?:at|on|see|the|this|our|open|following)\s+)*(?:here|links?|https?|urls?|github|web ?(?:site|page)|"
    r"(?:this )?https? url|(?:project )?(?:home)?page|project website|code|repo(?:sitory)?|hugging ?face)[\s.:!]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link found in a text: its cleaned address and what it most probably leads to."""

    url: str
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """Where a link stands in a text; ``url`` is empty for an address that must not become a link.

    ``end`` is behind a swallowed ``{label}``; ``label`` is that label when it says more than the address does.
    """

    start: int
    end: int
    url: str
    label: str = ""


def safe_url(url: str) -> str:
    """Return ``url`` if it may stand in an ``href``, else ``''``.

    It must be http or https, name a host, carry no user name or password, no blank, control or invisible character and
    no backslash (which browsers read as a slash), and be no longer than 2,000 characters.
    """
    if not 8 <= len(url) <= MAX_URL or _FORBIDDEN.search(url) or not url.isprintable():
        return ""
    if not url.isascii() and any(unicodedata.category(character)[0] in "CZ" for character in url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and url[len(parts.scheme) :].startswith("://")
    # A host in square brackets is an IPv6 address, which urlsplit has checked.
    is_host = ":" in host or (len(host) <= 253 and _HOST.fullmatch(host) is not None)
    return url if is_web and is_host and "@" not in parts.netloc and port != 0 else ""


def _trim(url: str) -> str:
    """Cut what belongs to the sentence: closing punctuation, and brackets that nothing in the address opened."""
    end = len(url)
    open_round = url.count(")") - url.count("(")
    open_square = url.count("]") - url.count("[")
    while end:
        last = url[end - 1]
        if last == ")" and open_round > 0:
            open_round -= 1
        elif last == "]" and open_square > 0:
            open_square -= 1
        elif last == "(":
            open_round += 1
        elif last == "[":
            open_square += 1
        elif last not in ".,;:!?'*":
            break
        end -= 1
    return url[:end]


def _cut_at_bracket(url: str) -> str:
    """Cut at a bracket that was opened before the address, as in ``[https://a.b](https://c.d)``."""
    opened = {")": 0, "]": 0}
    for position, character in enumerate(url):
        if character in "([":
            opened[")" if character == "(" else "]"] += 1
        elif character in opened:
            opened[character] -= 1
            if opened[character] < 0:
                return url[:position]
    return url


def _is_mirror(host: str) -> bool:
    return any(host == mirror or host.endswith("." + mirror) for mirror in _MIRRORS)


def _address(raw: str, kind: str | None) -> str:
    """The address that a matched piece of text stands for; '' when it must not be linked."""
    if kind == "torn":
        raw = re.sub(r"\s", "", raw)
    elif kind == "bare":
        raw = "https://" + raw
    elif kind == "lame":
        raw = raw.replace(":/", "://", 1)
    scheme, _, rest = raw.partition("://")
    host = re.split(r"[/?#:]", rest, maxsplit=1)[0].lower()
    if "." not in host.strip(".") or _is_mirror(host):
        return ""
    return safe_url(f"{scheme.lower()}://{rest}")


def _swallow_label(text: str, end: int, url: str) -> tuple[int, str]:
    r"""Look for the ``{label}`` that a lost ``\href`` left behind the address."""
    match = _LABEL.match(text, end)
    if not match:
        return end, ""
    label = (match[1] or match[2] or "").strip()
    bare = url.partition("://")[2].rstrip("/")
    if not label or label.partition("://")[2].rstrip("/.") == bare or label.rstrip("/.") == bare:
        return match.end(), ""
    return match.end(), "" if _GENERIC.fullmatch(label) or _START.match(label) else label


def may_hold_link(text: str) -> bool:
    """A cheap look whether there is any point in scanning."""
    return any(hint in text for hint in _HINTS) or "http" in text.lower()


def _first_chance(text: str) -> int:
    """Where the search for addresses may begin: most stand at the end of a text, and the pattern is slow."""
    if not text.isascii():
        return 0
    small = text.lower()
    places = [place for mark in _MARKS if (place := small.find(mark)) >= 0]
    return max(0, min(places) - _LONGEST_BEFORE) if places else len(text)


def scan_links(text: str) -> list[LinkSpan]:
    """Find addresses in ``text`` (already free of control characters), in order and without overlap."""
    if not may_hold_link(text):
        return []
    spans: list[LinkSpan] = []
    position = _first_chance(text)
    while match := _START.search(text, position):
        start, kind = match.start(), match.lastgroup
        if kind == "torn":
            raw, end = match.group(), match.end()
        else:
            body = _BODY_RUN.match(text, match.end())
            end = body.end() if body else match.end()
            raw = text[start:end]
        printed = _trim(_cut_at_bracket(raw))
        end = start + len(printed)
        url = _address(_ESCAPE.sub(lambda found: found[1] or "", printed), kind)
        label = ""
        if url:
            end, label = _swallow_label(text, end, url)
        end = max(end, match.end() if not url else end)
        spans.append(LinkSpan(start, end, url, label))
        position = end
    return spans


def _classify(url: str) -> FoundLink:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    segments = [segment for segment in parts.path.split("/") if segment]
    first, has_two = (segments or [""])[0], len(segments) >= 2
    kind: LinkKind = "other"
    if host in _CODE_HOSTS and has_two and first.lower() not in _NOT_OWNERS:
        return FoundLink(f"https://{host}/{first}/{segments[1].removesuffix('.git') or segments[1]}", "code")
    if host in _HUB_HOSTS:
        return _classify_hub(url, segments)
    if host in _VIDEO_HOSTS or (host == "bilibili.com" and first == "video"):
        kind = "video"
    elif host.endswith(_PAGES_HOSTS) or (host == "sites.google.com" and first == "view"):
        kind = "project"
    elif host == "anonymous.4open.science" and has_two:
        kind = "code"
    elif host == "kaggle.com" and first == "datasets" and has_two:
        kind = "dataset"
    return FoundLink(url, kind)


def _classify_hub(url: str, segments: list[str]) -> FoundLink:
    """Sort a Hugging Face address; repositories are named without the page inside them."""
    base = "https://huggingface.co/"
    if segments[:1] == ["datasets"]:
        return FoundLink(base + "/".join(segments[:3]), "dataset") if len(segments) >= 3 else FoundLink(url, "other")
    if segments[:1] == ["spaces"]:
        return FoundLink(base + "/".join(segments[:3]), "project") if len(segments) >= 3 else FoundLink(url, "other")
    if len(segments) >= 2 and segments[0] not in _NOT_MODELS:
        return FoundLink(base + "/".join(segments[:2]), "model")
    return FoundLink(url, "other")


def find_links(text: str) -> list[FoundLink]:
    r"""Find the links of a raw title or abstract, in order, each once.

    Addresses are cleaned (closing punctuation, ``URL{label}``, an unclosed ``\url{``, blanks inside well-known hosts,
    missing schemes) and repositories are named ``https://host/owner/name``. Mirrors of other sites are left out. Where
    the host does not tell what an address leads to, the words before it may ("Code: ...").
    """
    found: dict[str, FoundLink] = {}
    text = strip_unseen(text)
    for span in scan_links(text):
        if span.url:
            link = _classify(span.url)
            if link.kind == "other":
                link = replace(link, kind=said_kind(text[: span.start]))
            key = link.url.rstrip("/")
            found.setdefault(key.lower() if link.kind == "code" else key, link)
    return list(found.values())
