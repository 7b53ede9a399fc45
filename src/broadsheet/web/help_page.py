"""The page that says what can be typed into the search box; docs/queries.md says the same at length."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from broadsheet.web.searching import Choice, search_url


@dataclass(frozen=True, slots=True)
class Line:
    """Examples of one thing that can be typed, and what one gets for it."""

    typed: tuple[str, ...]
    meaning: str | Promise

    @property
    def examples(self) -> list[Choice]:
        """The examples as links to their answers."""
        return [Choice(text, search_url([("q", text)])) for text in self.typed]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    heading: str | Promise
    lines: tuple[Line, ...]


GROUPS = (
    Group(
        gettext_lazy("Words"),
        (
            Line(("protein folding",), gettext_lazy("papers about it, the best first; no single word is required")),
            Line(('"diffusion model"',), gettext_lazy("only papers with these words side by side, in any inflection")),
            Line(('"mamba"',), gettext_lazy("only papers with this word")),
            Line(("-survey", "NOT survey"), gettext_lazy("no papers with this word")),
            Line(
                ('-"image generation"', "-author:ho", "-(survey OR benchmark)"),
                gettext_lazy("no papers with this phrase, by this author, with either word"),
            ),
            Line(("mamba OR rwkv", "mamba | rwkv"), gettext_lazy("papers about either")),
            Line(("(mamba OR rwkv) speech",), gettext_lazy("round brackets group")),
        ),
    ),
    Group(
        gettext_lazy("Where it stands"),
        (
            Line(("title:attention", 'title:"attention is all"'), gettext_lazy("only papers with this in the title")),
            Line(("abstract:ablation",), gettext_lazy("only papers with this in the abstract")),
            Line(
                ("author:lecun", 'author:"Yann LeCun"', 'author:"LeCun, Yann"'),
                gettext_lazy("only papers by this author"),
            ),
            Line(
                ("org:nvidia", 'org:"Google DeepMind"'),
                gettext_lazy("only papers of this organisation: its short name, or words of its name"),
            ),
        ),
    ),
    Group(
        gettext_lazy("What it is"),
        (
            Line(
                ("cat:cs.CL", "cat:cs.*", "cat:cs.CL,stat.ML"),
                gettext_lazy("only this category, this archive, either of several"),
            ),
            Line(("id:2511.20785", "id:10.1000/182"), gettext_lazy("this paper, by any identifier")),
            Line(("year:2024", "year:2024..2025", "year:>2023"), gettext_lazy("only papers published in these years")),
            Line(
                ("date:2025-10-29", "date:2025-W44", "date:2025-10..", "date:7d"),
                gettext_lazy("only papers listed on that day, in that week, since that month, in the last seven days"),
            ),
            Line(("has:code", "has:comments"), gettext_lazy("only papers with a code link, with comments")),
            Line(("votes:>10", "comments:>=1"), gettext_lazy("only papers with so many votes, comments")),
            Line(("lang:de",), gettext_lazy("only papers in this language (two letters, ISO 639-1)")),
        ),
    ),
)


@require_safe
def search_help(request: HttpRequest) -> HttpResponse:
    """What can be typed, by examples that are links."""
    return render(request, "web/search_help.html", {"heading": _("What you can type"), "groups": GROUPS})
