"""arXiv's archives and the names of their sets in OAI-PMH (arxiv.org/category_taxonomy, its ListSets of 2025)."""

from __future__ import annotations

import re

_PHYSICS = (
    *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex"),
    *("nucl-th", "physics", "quant-ph"),
)
_OTHERS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")
ARCHIVES: tuple[str, ...] = tuple(sorted((*_PHYSICS, *_OTHERS)))
"""The archives that take submissions; together their listings are all that arXiv announces."""

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?", re.ASCII)


def is_category(text: str) -> bool:
    """Whether a text looks like a category or an archive of arXiv, unlike the classes of ACM and MSC."""
    return _CATEGORY.fullmatch(text) is not None


def category_query(category: str) -> str:
    """What the query API takes for a category, or for an archive with all that it has."""
    return f"cat:{category}" if "." in category else f"(cat:{category} OR cat:{category}.*)"


def set_of(category: str) -> str:
    """The OAI-PMH set of a category (``cs:cs:CL``, ``physics:hep-th``) or of an archive (``cs:cs``)."""
    archive, _, subject = category.partition(".")
    group = archive if archive in _OTHERS else "physics"
    return ":".join(part for part in (group, archive, subject) if part)


def category_of(set_name: str) -> str:
    """The category that a set stands for, empty where it is a group or an archive that has categories."""
    parts = set_name.split(":")
    if len(parts) == 3:
        return f"{parts[1]}.{parts[2]}"
    return parts[1] if len(parts) == 2 and parts[1] in _WITHOUT_CATEGORIES else ""


_WITHOUT_CATEGORIES = frozenset(
    {"gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph"}
)
