"""The tables of the community: people, what they say and keep, and what is done in everybody's name."""

from __future__ import annotations

from broadsheet.community.models.comments import Comment, CommentEdit, Mention, Reaction
from broadsheet.community.models.delivering import (
    AddressKey,
    BounceScore,
    Delivery,
    FeedSecret,
    MailEvent,
    SavedSearch,
    SentPaper,
    Subscription,
    Suppression,
    new_secret,
)
from broadsheet.community.models.groups import Group, Membership
from broadsheet.community.models.interest import Example, Impression, RankingWeights, Taste, Unlearnt
from broadsheet.community.models.library import Collection, CollectionEntry, Shelved
from broadsheet.community.models.moderation import Deed, Notification, Pin, Report
from broadsheet.community.models.people import Account, Allowance, ApiToken, Invitation, new_public_key
from broadsheet.community.models.submissions import Affiliation, Claim, Follow, Submission
from broadsheet.community.models.votes import Dismissal, Vote

__all__ = [
    "Account",
    "AddressKey",
    "Affiliation",
    "Allowance",
    "ApiToken",
    "BounceScore",
    "Claim",
    "Collection",
    "CollectionEntry",
    "Comment",
    "CommentEdit",
    "Deed",
    "Delivery",
    "Dismissal",
    "Example",
    "FeedSecret",
    "Follow",
    "Group",
    "Impression",
    "Invitation",
    "MailEvent",
    "Membership",
    "Mention",
    "Notification",
    "Pin",
    "RankingWeights",
    "Reaction",
    "Report",
    "SavedSearch",
    "SentPaper",
    "Shelved",
    "Submission",
    "Subscription",
    "Suppression",
    "Taste",
    "Unlearnt",
    "Vote",
    "new_public_key",
    "new_secret",
]
