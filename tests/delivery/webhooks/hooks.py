"""Webhooks for tests: of Alice's saved search, with a delivery that was put together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Delivery, SavedSearch, Subscription
from broadsheet.delivery.values import Contents, Filled
from broadsheet.delivery.webhooks.telling import Told, ToldPaper, ToldPart
from tests.builders import record, take
from tests.people import person

NOW = datetime(2026, 3, 4, 7, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def webhook(url: str, kind: str = "json", account: Account | None = None, **fields: Any) -> Subscription:
    owner = account or Account.objects.filter(username="alice").first() or person("alice")
    search, _ = SavedSearch.objects.get_or_create(
        account=owner, query="q=herons", defaults={"name": "Herons", "made_at": NOW}
    )
    told: dict[str, Any] = {
        "name": "Herons",
        "outlet": Subscription.Outlet.WEBHOOK,
        "search": search,
        "format": kind,
        "target": url,
        "signing_secret": SECRET if kind == "json" else "",
        "sections": [{"kind": "query", "query": "q=herons", "title": "Herons", "count": 10}],
        "made_at": NOW,
        "changed_at": NOW,
        "confirmed_at": NOW,
    }
    return Subscription.objects.create(account=owner, **(told | fields))


def delivery(of: Subscription, *titles: str, issue: str = "2026-03-04", **fields: Any) -> Delivery:
    """A planned delivery of papers with these titles."""
    wanted = titles or ("The grey heron",)
    take(
        *(
            record(
                title,
                abstract="It waits & <watches>.",
                authors=["Ada Reader", "Ben Writer"],
                categories=("cs.CL",),
                arxiv=f"2603.{number:05d}",
                votes_count=3,
            )
            for number, title in enumerate(wanted, 1)
        )
    )
    numbers = tuple(Paper.objects.get(title=title).pk for title in wanted)
    contents = Contents((Filled(title="Herons", path="/search?q=herons", papers=numbers, total=len(numbers)),))
    told: dict[str, Any] = {"due_at": NOW, "planned_at": NOW, "contents": contents.to_json()}
    return Delivery.objects.create(subscription=of, issue=issue, **(told | fields))


def paper(number: int = 1, **fields: Any) -> ToldPaper:
    told: dict[str, Any] = {
        "key": f"{number:016x}",
        "name": f"2603.{number:05d}",
        "url": f"https://papers.example/papers/2603.{number:05d}",
        "title": "The grey heron",
        "authors": ("Ada Reader", "Ben Writer"),
        "author_count": 2,
        "abstract": "It waits & <watches>.",
        "categories": ("cs.CL",),
        "listed_on": date(2026, 3, 4),
        "votes_count": 3,
    }
    return ToldPaper(**(told | fields))


def told(*papers: ToldPaper, is_test: bool = False) -> Told:
    part = ToldPart("Herons", "https://papers.example/search?q=herons", 7, papers or (paper(),))
    return Told(name="Herons", url="https://papers.example/webhooks/k1", parts=(part,), is_test=is_test)
