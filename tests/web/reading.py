"""Reading pages as a program does: a small tree of elements, and a reader who opens addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
LEFT_OPEN = frozenset({"option", "li", "p", "dt", "dd", "td", "th", "tr"})


@dataclass
class Element:
    """One element: its tag, its attributes, and what is in it."""

    tag: str
    attrs: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    @property
    def text(self) -> str:
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(parts).split())

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        """The elements with this tag and these attributes; ``class_`` asks for one of the classes."""
        wanted = {name.rstrip("_"): value for name, value in attrs.items()}
        return [element for element in self.walk() if element.fits(tag, wanted)]

    def fits(self, tag: str, attrs: dict[str, str]) -> bool:
        return (not tag or self.tag == tag) and all(
            value in self.attrs.get(name, "").split() if name in ("class", "rel") else self.attrs.get(name) == value
            for name, value in attrs.items()
        )

    def one(self, tag: str = "", **attrs: str) -> Element:
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} elements are {tag} {attrs}"
        return found[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute is there twice: {tag} {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self.open[-1].tag != tag:
            left = self.open.pop().tag
            assert left in LEFT_OPEN, f"<{left}> is not closed before </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse_html(text: str) -> Element:
    """The tree of a page; fails when elements are not nested as they should be."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.open == [builder.root], f"<{builder.open[-1].tag}> is never closed"
    return builder.root


@dataclass(frozen=True)
class Reader:
    """Opens addresses and hands back trees."""

    client: Client

    def get(self, path: str, status: int = 200, **headers: str) -> HttpResponse:
        response: Any = self.client.get(path, headers=headers)
        assert response.status_code == status, f"{path}: {response.status_code}, not {status}"
        return response

    def open(self, path: str, status: int = 200) -> Element:
        return parse_html(self.get(path, status).content.decode())

    def redirected(self, path: str) -> str:
        return str(self.get(path, 302)["Location"])


def cards(page: Element) -> list[Element]:
    """The papers of a list page, in their order."""
    return page.one("main").all("article")


def links_of(page: Element) -> list[str]:
    """Where the titles of a list page lead, in their order."""
    return [title.attrs["href"] for title in _titles(page)]


def titles_of(page: Element) -> list[str]:
    """The titles of a list page, in their order."""
    return [title.text for title in _titles(page)]


def _titles(page: Element) -> list[Element]:
    return [next(it for it in card.all(class_="title")).one("a") for card in cards(page)]
