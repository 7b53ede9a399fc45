"""Questions as people type them, each with how it is read. To read this file is to learn the language.

A row has what was typed, the plain words (the first clause; nobody is made to have them, but ``strict`` asks for them),
what every answer must have, further clauses, the text to embed where it is not what was typed, and notes. The day is
29 October 2025; the catalogue knows arXiv 2511.20785 as paper 7 and DOI 10.1000/182 as paper 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from broadsheet.search.conditions import (
    All,
    Any,
    Condition,
    FigureWithin,
    HasFlag,
    HasPhrase,
    HasWords,
    InCategory,
    InLanguage,
    ListedWithin,
    Not,
    OfOrganisation,
    OneOf,
    YearWithin,
    both,
)
from broadsheet.search.language import Clause, Note, canonical, read

TODAY = date(2025, 10, 29)
PAPERS = {"2511.20785": 7, "arXiv:2511.20785v2": 7, "10.1000/182": 8}
W, P = HasWords, HasPhrase
AS_WORDS = "as words"


@dataclass(frozen=True, kw_only=True)
class Row:
    typed: str
    plain: str = ""
    hard: Condition | None = None
    strict: Condition | str | None = AS_WORDS  # all of the hard and the plain words
    more: tuple[Clause, ...] = ()
    about: str | None = None  # as typed
    notes: tuple[Note, ...] = ()
    canonical: str | None = None  # as typed


def phrase(text: str, field="any") -> Clause:
    return Clause(text, field, is_phrase=True)


def organisation(*slugs: str, name: Condition) -> Any:
    return Any((*map(OfOrganisation, slugs), name))


PLAIN_WORDS = [
    Row(typed="protein folding", plain="protein folding"),
    Row(typed="Attention Is All You Need", plain="attention is all you need"),
    Row(
        typed="How do language models represent space and time?",
        plain="how do language models represent space and time",
    ),
    # Nothing but stop words: they rank, and no paper is asked to have them.
    Row(typed="to be or not to be", plain="to be or not to be", strict=None),
    Row(typed="the", plain="the", strict=None),
    Row(typed="x", plain="x"),
    Row(typed="zero-sum learning", plain="zero-sum learning"),
    Row(typed="Segment Anything - a survey", plain="segment anything a survey"),
    Row(typed="don't stop pretraining", plain="don't stop pretraining"),
    Row(typed="L’Hôpital naïve Gödel", plain="l'hopital naive godel"),
    Row(typed="β-VAE", plain="beta-vae"),
    Row(typed="μP transfer", plain="mup transfer"),
    Row(typed="大语言模型 推理", plain="大语言模型 推理"),
    Row(typed="C++ C# .NET", plain="c++ c# net"),
    Row(typed="GPT-4 at 10:30", plain="gpt-4 at 10:30"),
    Row(typed="LoRA: Low-Rank Adaptation", plain="lora low-rank adaptation"),
    Row(typed="https://example.org/a?b=c", plain="https://example.org/a?b=c"),
]
LATEX = [
    Row(typed="O(n log n) sorting", plain="o(n log n sorting"),
    Row(typed="$O(n^2)$ attention", plain="o(n2) attention", about="O(n²) attention"),
    Row(typed=r"$p(y|x)$ \alpha-divergence", plain="p(y x alpha-divergence", about="p(y | x) α-divergence"),
    Row(typed=r"Schr\"odinger \textbf{bridge matching}", plain="schrodinger bridge matching",
        about="Schrödinger bridge matching"),
]  # fmt: skip
PHRASES = [
    Row(typed='"diffusion model"', hard=P("diffusion model"), more=(phrase("diffusion model"),),
        about="diffusion model"),
    Row(typed='protein "diffusion model" design', plain="protein design", hard=P("diffusion model"),
        strict=All((W("protein design"), P("diffusion model"))), more=(phrase("diffusion model"),),
        about="protein diffusion model design"),
    Row(typed="“in-context learning”", hard=P("in-context learning"), more=(phrase("in-context learning"),),
        about="in-context learning", canonical='"in-context learning"'),
    # One quoted word must stand in every answer.
    Row(typed='"mamba" vision', plain="vision", hard=P("mamba"), strict=All((P("mamba"), W("vision"))),
        more=(phrase("mamba"),), about="mamba vision"),
]  # fmt: skip
FIELDS = [
    Row(typed="title:attention", hard=W("attention", "title"), more=(Clause("attention", "title"),), about="attention"),
    Row(typed='TITLE:"attention is all"', hard=P("attention is all", "title"),
        more=(phrase("attention is all", "title"),), about="attention is all", canonical='title:"attention is all"'),
    Row(typed="title:(mamba OR rwkv) speech", plain="speech",
        hard=Any((W("mamba", "title"), W("rwkv", "title"))),
        strict=All((Any((W("mamba", "title"), W("rwkv", "title"))), W("speech"))),
        more=(Clause("mamba", "title"), Clause("rwkv", "title")), about="mamba rwkv speech",
        canonical="(title:mamba OR title:rwkv) speech"),
    Row(typed="abstract:ablation", hard=W("ablation", "abstract"), more=(Clause("ablation", "abstract"),),
        about="ablation"),
    Row(typed='author:"Yann LeCun" world models', plain="world models", hard=P("yann lecun", "authors"),
        strict=All((P("yann lecun", "authors"), W("world models"))), more=(phrase("yann lecun", "authors"),),
        about="world models"),
    Row(typed='author:"LeCun, Yann"', hard=P("yann lecun", "authors"), more=(phrase("yann lecun", "authors"),),
        about="", canonical='author:"Yann LeCun"'),
    Row(typed="author:E", hard=W("e", "authors"), more=(Clause("e", "authors"),), about=""),
    Row(typed='org:"Google DeepMind" games', plain="games", about="games",
        hard=organisation("Google-DeepMind", "google-deepmind", name=P("google deepmind", "organisations")),
        strict=All((organisation("Google-DeepMind", "google-deepmind", name=P("google deepmind", "organisations")),
                    W("games")))),
    Row(typed="org:nvidia", hard=organisation("nvidia", name=W("nvidia", "organisations")), about=""),
    Row(typed="title：“world models”", hard=P("world models", "title"), more=(phrase("world models", "title"),),
        about="world models", canonical='title:"world models"'),
]  # fmt: skip
FACTS = [
    Row(typed="cat:cs.CL parsing", plain="parsing", hard=InCategory("cs.CL"), about="parsing",
        strict=All((InCategory("cs.CL"), W("parsing")))),
    Row(typed="cat:cs.*,stat.ML", hard=Any((InCategory("cs.*"), InCategory("stat.ML"))), about=""),
    Row(typed="cat:math", hard=InCategory("math.*"), about="", canonical="cat:math.*"),
    Row(typed="id:2511.20785", hard=OneOf(frozenset({7})), about=""),
    Row(typed="id:arXiv:2511.20785v2,10.1000/182", hard=OneOf(frozenset({7, 8})), about=""),
    Row(typed="id:2511.99999", hard=OneOf(frozenset()), about="", notes=(Note("unknown", "2511.99999"),)),
    Row(typed="year:2024", hard=YearWithin(2024, 2024), about=""),
    Row(typed="year:2024..2025 year:..2030", hard=All((YearWithin(2024, 2025), YearWithin(None, 2030))), about=""),
    Row(typed="year:>2023", hard=YearWithin(2024, None), about="", canonical="year:2024.."),
    Row(typed="date:2025-10-29", hard=ListedWithin(date(2025, 10, 29), date(2025, 10, 29)), about=""),
    Row(typed="date:2025-W44", hard=ListedWithin(date(2025, 10, 27), date(2025, 11, 2)), about="",
        canonical="date:2025-10-27..2025-11-02"),
    Row(typed="date:2025-02..2025-03-10", hard=ListedWithin(date(2025, 2, 1), date(2025, 3, 10)), about="",
        canonical="date:2025-02-01..2025-03-10"),
    Row(typed="date:>=2025-10", hard=ListedWithin(date(2025, 10, 1), None), about="", canonical="date:2025-10-01.."),
    Row(typed="date:7d agents", plain="agents", hard=ListedWithin(date(2025, 10, 23), TODAY), about="agents",
        strict=All((ListedWithin(date(2025, 10, 23), TODAY), W("agents"))),
        canonical="date:2025-10-23..2025-10-29 agents"),
    Row(typed="has:code has:comments", hard=All((HasFlag("code"), HasFlag("comments"))), about=""),
    Row(typed="votes:>10 comments:>=1", hard=All((FigureWithin("votes", 11), FigureWithin("comments", 1))), about="",
        canonical="votes:11.. comments:1.."),
    Row(typed="votes:5..20 lang:de", hard=All((FigureWithin("votes", 5, 20), InLanguage("de"))), about=""),
]  # fmt: skip
OPERATORS = [
    Row(typed="diffusion -image", plain="diffusion", hard=Not(W("image")), about="diffusion",
        strict=All((W("diffusion"), Not(W("image"))))),
    Row(typed='diffusion -"image generation" -author:ho -cat:cs.CV', plain="diffusion", about="diffusion",
        hard=All((Not(P("image generation")), Not(W("ho", "authors")), Not(InCategory("cs.CV")))),
        strict=All((W("diffusion"), Not(P("image generation")), Not(W("ho", "authors")), Not(InCategory("cs.CV"))))),
    Row(typed="retrieval -(survey OR benchmark)", plain="retrieval", about="retrieval",
        hard=Not(Any((W("survey"), W("benchmark")))),
        strict=All((W("retrieval"), Not(Any((W("survey"), W("benchmark"))))))),
    Row(typed="speech NOT recognition", plain="speech", hard=Not(W("recognition")), about="speech",
        strict=All((W("speech"), Not(W("recognition")))), canonical="speech -recognition"),
    # Between plain words OR, too, only ranks; ``strict`` asks for either.
    Row(typed="mamba OR rwkv", plain="mamba rwkv", strict=Any((W("mamba"), W("rwkv"))), about="mamba rwkv"),
    Row(typed="mamba | rwkv speech", plain="mamba rwkv speech", about="mamba rwkv speech",
        strict=All((Any((W("mamba"), W("rwkv"))), W("speech"))), canonical="(mamba OR rwkv) speech"),
    Row(typed="graph AND neural OR kernel", plain="graph neural kernel", about="graph neural kernel",
        strict=Any((W("graph neural"), W("kernel"))), canonical="(graph neural) OR kernel"),
    # Bound to a fact, alternatives are what was asked for.
    Row(typed="cat:cs.CL OR attention", plain="attention", hard=Any((InCategory("cs.CL"), W("attention"))),
        strict=Any((InCategory("cs.CL"), W("attention"))), about="attention"),
    Row(typed="(author:hinton (boltzmann OR dropout)) OR year:1986", plain="boltzmann dropout",
        hard=Any((All((W("hinton", "authors"), Any((W("boltzmann"), W("dropout"))))), YearWithin(1986, 1986))),
        strict=Any((All((W("hinton", "authors"), Any((W("boltzmann"), W("dropout"))))), YearWithin(1986, 1986))),
        more=(Clause("hinton", "authors"),), about="boltzmann dropout"),
    Row(typed="-survey", hard=Not(W("survey")), strict=Not(W("survey")), about=""),
]  # fmt: skip
PROSE = [
    # In running text quotes, brackets and capitals are punctuation; exclusions at its end are meant.
    Row(typed='Do models of the "physical" world (and of people) understand what they do NOT see?',
        plain="do models of the physical world and of people understand what they do not see",
        strict=All((W("do models of the world and people understand what they not see"), P("physical"))),
        more=(phrase("physical"),), notes=(Note("prose", '"physical" NOT'),)),
    Row(typed="how can large language models be taught to reason about sets -survey",
        plain="how can large language models be taught to reason about sets", hard=Not(W("survey")),
        strict=All((W("how can large language models be taught to reason about sets"), Not(W("survey")))),
        about="how can large language models be taught to reason about sets"),
    Row(typed="Low-Rank Adaptation (LoRA)", plain="low-rank adaptation lora"),
]  # fmt: skip
BROKEN = [
    Row(typed='"diffusion model', plain="diffusion model", about="diffusion model", notes=(Note("syntax", '"'),),
        canonical="diffusion model"),
    Row(typed="((mamba OR rwkv", plain="mamba rwkv", strict=Any((W("mamba"), W("rwkv"))), about="mamba rwkv",
        notes=(Note("syntax", "("),), canonical="mamba OR rwkv"),
    Row(typed="mamba) vision", plain="mamba vision", about="mamba vision", notes=(Note("syntax", ")"),),
        canonical="mamba vision"),
    Row(typed="foo:bar re:zero", plain="foo:bar re:zero", notes=(Note("syntax", "foo:bar"), Note("syntax", "re:zero"))),
    Row(typed="author: hinton", plain="author hinton", notes=(Note("empty", "author:"),)),
    Row(typed="votes:many", plain="votes:many", notes=(Note("value", "votes:many"),)),
    Row(typed="year:20xx mamba", plain="year:20xx mamba", notes=(Note("value", "year:20xx"),)),
    Row(typed="date:2025-13-45", plain="date:2025-13-45", notes=(Note("value", "date:2025-13-45"),)),
    Row(typed="has:wings lang:klingon", plain="has:wings lang:klingon",
        notes=(Note("value", "has:wings"), Note("value", "lang:klingon"))),
    Row(typed='title:the "to be"', plain="the to be", strict=None, about="the to be",
        notes=(Note("value", "title:the"), Note("value", '"to be"'))),
    Row(typed="OR OR", plain="or", strict=None, about="or", notes=(Note("operator", "OR"),), canonical="or"),
    Row(typed="mamba AND OR rwkv NOT", plain="mamba rwkv not", about="mamba rwkv not",
        notes=(Note("operator", "OR"), Note("operator", "NOT")), strict=W("mamba rwkv not"),
        canonical="mamba rwkv not"),
    Row(typed="-", about="", notes=(Note("operator", "-"),)),
    Row(typed='() ""', about="", notes=(Note("empty", '""'), Note("operator", "()")), canonical=""),
    Row(typed="\x00mam\u200bba \u202eevil", plain="mamba evil", about="mamba evil", canonical="mamba evil"),
    Row(typed="  ", about="", canonical=""),
]  # fmt: skip
ROWS = [*PLAIN_WORDS, *LATEX, *PHRASES, *FIELDS, *FACTS, *OPERATORS, *PROSE, *BROKEN]


@pytest.mark.parametrize("row", ROWS, ids=[row.typed for row in ROWS])
def test_reading(row) -> None:
    reading = read(row.typed, today=TODAY, resolve=PAPERS.get)
    assert reading.plain == tuple(row.plain.split())
    assert reading.clauses == ((Clause(row.plain),) if row.plain else ()) + row.more
    assert reading.hard == row.hard
    words = W(" ".join(dict.fromkeys(row.plain.split()))) if row.plain else None
    assert reading.strict == (both(row.hard, words) if row.strict == AS_WORDS else row.strict)
    assert reading.about == (row.typed if row.about is None else row.about)
    assert reading.notes == row.notes
    assert canonical(reading) == (row.typed if row.canonical is None else row.canonical)


def test_there_are_fifty() -> None:
    assert len({row.typed for row in ROWS}) >= 50
