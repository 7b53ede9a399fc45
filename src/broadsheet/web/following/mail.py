"""Sending a saved search by mail, as its pages do."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, SavedSearch
from broadsheet.delivery.searches import mail_search
from broadsheet.delivery.subscribing import confirmed_addresses
from broadsheet.delivery.webhooks.keeping import MAILED, wish_for
from broadsheet.web.following.forms import MailForm


def begin_mail(search: SavedSearch, form: MailForm) -> None:
    """Send a search by mail from now on.

    Raises ``RefusedError``, also where no letter would reach the person.
    """
    if not may_mail(search.account):
        raise RefusedError(_("No letter would reach you: this site sends no mail, or your address is not confirmed."))
    mail_search(search, wish_for(search, form.rhythm, count=MAILED))


def may_mail(account: Account) -> bool:
    """Whether this site sends mail, and the person has a confirmed address."""
    return bool(settings.SENDS_MAIL and confirmed_addresses([account]))
