"""What every fragment of HTML must keep to, read with the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"br"}
TAGS = {
    "em", "strong", "span", "code", "a", "sup", "sub", "br",
    "math", "mi", "mo", "mn", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "mover",
    "munder", "munderover", "mtable", "mtr", "mtd", "mmultiscripts", "mprescripts",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel"},
    "span": {"class"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "form"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
}


class Inspector(HTMLParser):
    """Collects what is wrong with a fragment, and its visible text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"tag {tag}")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()):
                self.faults.append(f"attribute {tag} {name}")
            if name == "class" and value != "sc":
                self.faults.append(f"class {value}")
            if name == "rel" and value != "nofollow noopener ugc":
                self.faults.append(f"rel {value}")
            if name == "href":
                self.links.append(value or "")
                if not (value or "").startswith(("http://", "https://")):
                    self.faults.append(f"href {value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("processing instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("unknown declaration")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def inspect(fragment: str) -> Inspector:
    """Parse a fragment to its end."""
    inspector = Inspector()
    inspector.feed(fragment)
    inspector.close()
    inspector.faults += [f"unclosed {tag}" for tag in inspector.open]
    return inspector


def assert_safe(fragment: str) -> Inspector:
    """Assert that a fragment holds nothing outside the allow-list and is balanced."""
    inspector = inspect(fragment)
    assert inspector.faults == []
    return inspector
