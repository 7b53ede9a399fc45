"""Example addresses of everything that the site answers: by the name of its pattern, a path and the status it gives.

A pattern that is missing here fails a test, so every new page is walked for headers, inline code and unsafe methods.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES: dict[str, list[tuple[str, int]]] = {
    "web:home": [("/", 200), ("/?view=lines", 200), ("/?cat=cs.CL&sort=comments", 200), ("/?p=0", 400)],
    "web:day": [("/date/2025-10-15", 200), ("/date/2025-01-01", 200), ("/date/yesterday", 400)],
    "web:week": [("/week/2025-W42", 200), ("/week/2024-W01", 200), ("/week/2025-W60", 400)],
    "web:month": [("/month/2025-10", 200), ("/month/2024-01", 200), ("/month/2025-13", 400)],
    "web:search_help": [("/search/help", 200)],
    "web:similar": [("/similar", 200)],
    "web:search": [
        ("/search", 200),
        ("/search?q=attention", 200),
        ("/search?q=nothinghasthisword", 200),
        ("/search?q=2510.10001", 302),
        ("/search?mode=guess", 400),
    ],
    "web:saved_pages": [("/saved", 200)],
    "web:saved_page": [("/saved/front-pages", 200), ("/saved/front-pages?view=lines", 200), ("/saved/unknown", 404)],
    "web:paper": [("/papers/2510.10001", 200), ("/papers/2510.10001v2", 302), ("/papers/unknown", 404)],
    "web:about": [("/about", 200)],
    "web:sources": [("/sources", 200)],
    "web:batches": [("/batches", 200), ("/batches?source=none&until=2025-10-15", 200), ("/batches?until=soon", 400)],
    "web:batch": [("/batches/none/cs.CL/2025-10-15", 404), ("/batches/none/cs.CL/today", 400)],
    "web:alerts": [("/batches/alerts.atom", 200)],
    "web:feed": [("/feed.rss", 200), ("/feed.atom?code=1", 200), ("/feed.json", 200), ("/feed.rss?cat=-", 400)],
    "api:papers": [("/api/v1/papers", 200), ("/api/v1/papers?limit=x", 400)],
    "hub:daily": [("/api/daily_papers?date=2025-10-15", 200), ("/api/daily_papers?limit=x", 400)],
    "hub:paper": [("/api/papers/2510.10001", 200), ("/api/papers/unknown", 404)],
    "api:paper": [("/api/v1/papers/2510.10001", 200), ("/api/v1/papers/unknown", 404)],
}  # fmt: skip
NOWHERE = [("/nowhere", 404), ("/date/", 404), ("/papers/", 404), ("/feed.txt", 404)]


def pattern_names() -> Iterator[str]:
    """The full names of all patterns of the site."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
            else:
                yield f"{prefix}{pattern.name or pattern.pattern}"

    return walk(get_resolver().url_patterns, "")


def all_examples() -> list[tuple[str, int]]:
    """Every example address and its status."""
    return [example for examples in EXAMPLES.values() for example in examples] + NOWHERE
