"""What the conditions mean, said once more in plain Python, slowly: what every engine is held to."""

from __future__ import annotations

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
    TextField,
    UpTo,
    YearWithin,
)
from broadsheet.search.documents import IndexDocument
from broadsheet.search.words.analysis import stem


def holds(condition: Condition | None, paper: IndexDocument) -> bool:
    """Whether a paper satisfies a condition."""
    if condition is None:
        return True
    if isinstance(condition, All):
        return all(holds(part, paper) for part in condition.parts)
    if isinstance(condition, Any):
        return any(holds(part, paper) for part in condition.parts)
    if isinstance(condition, Not):
        return not holds(condition.part, paper)
    if isinstance(condition, HasWords):
        wanted = _stems(condition.text)
        return bool(wanted) and set(wanted) <= {
            term for text in _texts(paper, condition.field) for term in _stems(text)
        }
    if isinstance(condition, HasPhrase):
        wanted = _stems(condition.text)
        return bool(wanted) and any(_stands(wanted, _stems(text)) for text in _texts(paper, condition.field))
    return _fact(condition, paper)


def _fact(condition: Condition, paper: IndexDocument) -> bool:
    if isinstance(condition, InCategory):
        wanted = condition.code.lower()
        codes = [code.lower() for code in paper.categories]
        return wanted in codes or any(wanted == f"{code.split('.')[0]}.*" for code in codes)
    if isinstance(condition, OfOrganisation):
        return condition.slug in [slug for slug, _ in paper.organisations]
    if isinstance(condition, ListedWithin):
        return any(_within(day, condition.first, condition.last) for day in paper.days)
    if isinstance(condition, YearWithin):
        return paper.year is not None and _within(paper.year, condition.first, condition.last)
    if isinstance(condition, HasFlag):
        return paper.has_code if condition.name == "code" else paper.comments_count > 0
    if isinstance(condition, FigureWithin):
        count = paper.votes_count if condition.name == "votes" else paper.comments_count
        return _within(count, condition.least, condition.most)
    if isinstance(condition, InLanguage):
        return paper.language == condition.code
    if isinstance(condition, OneOf):
        return paper.number in condition.numbers
    assert isinstance(condition, UpTo)
    return paper.number <= condition.last


def _within(value: object, least: object, most: object) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)  # type: ignore[operator]


def _texts(paper: IndexDocument, field: TextField) -> list[str]:
    texts: dict[TextField, list[str]] = {
        "title": [paper.title],
        "abstract": [paper.abstract],
        "authors": list(paper.authors),
        "organisations": [name for _, name in paper.organisations],
    }
    return [*texts["title"], *texts["abstract"], *texts["authors"]] if field == "any" else texts[field]


def _stems(text: str) -> list[str]:
    return [term for word in text.split() if (term := stem(word))]


def _stands(wanted: list[str], terms: list[str]) -> bool:
    return any(terms[at : at + len(wanted)] == wanted for at in range(len(terms)))
