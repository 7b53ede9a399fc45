"""A letter to oneself, at once, to see how it looks where one reads mail. It is in no ledger and counts as nothing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Subscription
from broadsheet.delivery.confirming import MailServerError
from broadsheet.delivery.sending.mailing import MailCarrier
from broadsheet.delivery.sending.smtp import UnreachableError
from broadsheet.delivery.values import Fate
from broadsheet.web.subscribing.showing import draft_of


def send_test(subscription: Subscription, to: str) -> str:
    """Send what the next letter would bring now; returns what to tell the person.

    Raises ``TooManyError`` where that was done too often, and ``MailServerError`` where it could not be handed over.
    """
    hand: Account | str = subscription.account or subscription.key
    draft = draft_of(subscription)
    if not draft.contents:
        return _("There is nothing new at the moment, so no letter was sent.")
    spend("test letter", hand)
    carrier = MailCarrier()
    try:
        carrier.open()
        outcome = carrier.carry(draft, to, lambda: True)
    except UnreachableError as error:
        raise MailServerError(_("The mail server does not answer. Please try again later.")) from error
    finally:
        carrier.close()
    if outcome is None or outcome.fate is not Fate.SENT:
        raise MailServerError(_("The mail server did not take the letter. Please try again later."))
    told = _(
        "A letter is on its way to %(address)s. It is a trial that is kept nowhere, so its links to vote and to its "
        "copy on the web lead nowhere."
    )
    return told % {"address": to}
