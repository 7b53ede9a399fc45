"""Saved searches: questions that a person keeps, so that they can be followed by feed, mail and webhook."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.admission import storable_text
from broadsheet.community import rules
from broadsheet.community.access import RefusedError, is_member, may_act
from broadsheet.community.models import Account, SavedSearch, Subscription
from broadsheet.community.models.delivering import new_secret
from broadsheet.delivery import subscribing
from broadsheet.delivery.naming import title_of
from broadsheet.delivery.values import DEFAULT_COUNT, Section
from broadsheet.search.inside import resolved
from broadsheet.search.query import PaperQuery, QueryError, parse

LONGEST_NAME = 200
LONGEST_QUERY = subscribing.LONGEST_QUERY


def save_search(account: Account, query: PaperQuery, name: str = "") -> SavedSearch:
    """Keep a question; one that is kept already stays as it is, so a form that is sent twice does no harm.

    Without a name it is called what the question is called. Raises ``RefusedError`` for somebody who may not act, for
    a question that asks for nothing or that this person cannot ask, for a name that is too long, and where there are
    ``rules.MOST_SEARCHES`` already.
    """
    if not may_act(account):
        raise RefusedError(_("This account cannot save searches now."))
    kept = _checked(account, query)
    called = _named(name, kept)
    with transaction.atomic():
        # Two requests at once count one after the other.
        Account.objects.select_for_update().get(pk=account.pk)
        found = SavedSearch.objects.filter(account=account, query=kept.urlencode()).first()
        if found is not None:
            return found
        if account.saved_searches.count() >= rules.MOST_SEARCHES:
            told = {"n": rules.MOST_SEARCHES}
            raise RefusedError(_("You have saved %(n)d searches already: delete one first.") % told)
        return SavedSearch.objects.create(account=account, name=called, query=kept.urlencode(), made_at=timezone.now())


def change_search(search: SavedSearch, *, name: str, query: PaperQuery) -> None:
    """Call it something else, or ask something else from now on, in all that hangs on it.

    Raises ``RefusedError`` as ``save_search`` does, and where the same question is saved already.
    """
    kept = _checked(search.account, query)
    called, text = _named(name, kept), kept.urlencode()
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=search.account_id)
        others = SavedSearch.objects.filter(account=search.account_id, query=text).exclude(pk=search.pk)
        if others.exists():
            raise RefusedError(_("You have saved this question already."))
        before = search.name
        search.name, search.query = called, text
        search.save(update_fields=["name", "query"])
        for row in subscriptions_of(search):
            count = max((int(one["count"]) for one in row.sections), default=DEFAULT_COUNT)
            row.sections = [section_of(search, count).to_json()]
            # One that was given a name of its own keeps it.
            row.name = called if row.name == before else row.name
            row.save(update_fields=["sections", "name"])


def forget_search(search: SavedSearch) -> None:
    """Delete a saved search; its feeds are gone, and what hangs on it ends.

    What was sent stays in the ledger, so that no paper of it is sent to the person again by something else.
    """
    with transaction.atomic():
        for row in subscriptions_of(search):
            subscribing.end(row.secret, "search deleted")
        Subscription.objects.filter(search=search).update(search=None)
        search.delete()


def renew_feeds(search: SavedSearch) -> None:
    """Give the feeds of a search new addresses; the old ones lead nowhere from now on."""
    search.secret = new_secret()
    search.save(update_fields=["secret"])


def searches_of(account: Account) -> QuerySet[SavedSearch]:
    """A person's saved searches by name."""
    return account.saved_searches.order_by("name", "pk")


def search_of_secret(secret: str) -> SavedSearch | None:
    """The saved search of a feed's address, while its owner has an account that is in use."""
    found = SavedSearch.objects.select_related("account").filter(secret=secret).first()
    return found if found is not None and is_member(found.account) else None


def subscriptions_of(search: SavedSearch) -> QuerySet[Subscription]:
    """What a search is sent by, as long as that has not ended, in the order of making."""
    rows = Subscription.objects.filter(search=search, ended_at=None)
    return rows.select_related("account", "search").order_by("pk")


def question_of(search: SavedSearch) -> PaperQuery:
    """The question as its owner asks it, with the papers that it is narrowed to.

    Raises ``QueryError`` where the owner cannot ask it any more, as of a collection that is gone.
    """
    return resolved(parse(QueryDict(search.query)), search.account)


def mail_search(search: SavedSearch, wish: subscribing.Wish) -> Subscription:
    """Begin to send what a search brings by mail.

    Raises ``RefusedError`` as ``subscribing.subscribe`` does.
    """
    with transaction.atomic():
        row = subscribing.subscribe(search.account, wish)
        row.search = search
        row.save(update_fields=["search"])
    return row


def section_of(search: SavedSearch, count: int) -> Section:
    """What a search is as a part of a letter: at most so many papers of its question, under its own name."""
    return Section(query=search.query, title=search.name[: subscribing.LONGEST_TITLE], count=count)


def _checked(account: Account, query: PaperQuery) -> PaperQuery:
    kept = replace(query, within=None, upto=None)
    if not kept.params():
        raise RefusedError(_("Ask for something first: words, a category, an author."))
    if len(kept.urlencode()) > LONGEST_QUERY:
        raise RefusedError(_("This question is too long: at most %(n)d characters.") % {"n": LONGEST_QUERY})
    try:
        resolved(kept, account)
    except QueryError as error:
        raise RefusedError(_("This question cannot be asked: %(why)s.") % {"why": error}) from error
    return kept


def _named(name: str, query: PaperQuery) -> str:
    text = " ".join(storable_text(name).split())
    if len(text) > LONGEST_NAME:
        raise RefusedError(_("Give it a name of at most %(n)d characters.") % {"n": LONGEST_NAME})
    return text or title_of(query)[:LONGEST_NAME]
