"""Deleting an interest: nothing is learnt from its papers any more, and its sentences are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadsheet.community import tastes
from broadsheet.community.models import Account
from broadsheet.ranking.personal.cold_start import stand_in
from broadsheet.ranking.personal.serving import profile_of


def delete_interest(account: Account, key: str, now: datetime) -> bool:
    """Delete the interest with a key (``Interest.key``); says whether there was one.

    Votes, saves, claims and examples stay what they are, so that the papers can be learnt from again
    (``tastes.learn_again``).
    """
    profile = profile_of(account, now)
    found = next((one for one in profile.interests() if one.key == key), None) if profile else None
    if found is None:
        return False
    gone = set(found.paper_ids)
    papers = [number for number in found.paper_ids if number > 0]
    said = [str(sentence) for sentence in tastes.taste_of(account).interests]
    with transaction.atomic():
        if said:
            tastes.keep_sentences(account, [sentence for sentence in said if stand_in(sentence) not in gone])
        tastes.unlearn(account, papers)
    return True
