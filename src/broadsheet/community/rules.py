"""The rules of the house, as figures. What the about page tells is made of these, so that the two never differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many acts in so many seconds, evenly refilled; ``times`` may come at once."""

    times: int
    seconds: int

    @property
    def per_second(self) -> float:
        """How much is refilled in a second."""
        return self.times / self.seconds


MINUTE, HOUR, DAY = 60, 3_600, 86_400

LIMITS: dict[str, tuple[Limit, ...]] = {
    "sign up": (Limit(5, HOUR),),
    "vote": (Limit(60, MINUTE),),
    "comment": (Limit(6, MINUTE), Limit(60, DAY)),
    "edit": (Limit(10, MINUTE),),
    "react": (Limit(60, MINUTE),),
    "report": (Limit(10, HOUR),),
    "claim": (Limit(20, DAY),),
    "submit": (Limit(30, HOUR),),
    "invite": (Limit(20, DAY),),
    "shelve": (Limit(240, MINUTE),),
    "collect": (Limit(240, MINUTE),),
    "import": (Limit(10, HOUR),),
    "make a group": (Limit(5, DAY),),
    "api": (Limit(300, MINUTE),),
    "take along": (Limit(5, HOUR),),
    "erase": (Limit(10, HOUR),),
    # Of a full bucket and what is refilled meanwhile, no day ever has more than twice as many.
    "confirm an address": (Limit(2, 2 * DAY),),
    "ask for letters": (Limit(10, DAY),),
    "test letter": (Limit(5, HOUR),),
    "test webhook": (Limit(10, HOUR),),
    # Each looks a name up, which may take seconds.
    "name a webhook": (Limit(30, HOUR),),
}
"""What one person, or one network where nobody is signed in, may do (``limits.spend``)."""

VOTES_COUNT_AFTER = timedelta(hours=24)
"""Votes of younger accounts, and of those without a confirmed address, wait."""
VOTES_LOOKED_AT = timedelta(days=30)
"""How far back votes are compared with one another; networks of older ones are forgotten."""
ALIKE_VOTES = 5
"""So many votes for one paper, by people with something in common, are compared with what chance explains."""
CHANCE_OF_ALIKE = 1e-6
"""Votes that are alike are held where chance explains them in no more than this share of cases."""
NEWCOMER_FOR = timedelta(days=7)
"""Somebody is a newcomer for so long after the first vote."""
COMPANY_WITHIN = timedelta(days=1)
"""With a vote that is held for what few people have in common goes what its voter cast within this time of it."""
RING_PAPERS = 5
"""Two people vote together when they share at least so many papers, ..."""
RING_WITHIN = timedelta(minutes=15)
"""... each within this time of the other, or half of all that either voted for, ..."""
CHANCE_OF_PAIR = 1e-3
"""... and chance explains it in no more than this share of cases."""
RING_PEOPLE = 5
"""A ring is so many people or more, of whom each votes together with so many less one."""

REACTIONS = ("🔥", "🚀", "👀", "❤️", "🤗", "😎", "➕", "🧠", "👍", "🤝", "😔", "🤯")
FIRST_POSTS_REVIEWED = 3
"""Comments of a new person that a moderator looks at first, on an instance that is open."""
LINKS_OF_NEW_PEOPLE = 1
"""Links that a comment may hold as long as its writer's posts are looked at first."""
LONGEST_COMMENT = 10_000
EDITED_WITHOUT_TRACE = timedelta(minutes=3)
"""An edit within this time of writing is not marked, unless somebody has answered."""
SAME_WORDS_REFUSED = timedelta(days=1)
"""Nobody says the same words twice within this time, unless they are few."""

LONGEST_NOTE = 10_000
"""Characters of a note on a paper, of one's own or in a collection."""
LONGEST_ABOUT = 2_000
"""Characters of what a collection or a group says of itself."""
MOST_ON_THE_SHELF = 20_000
"""Papers that one person may save, read and note."""
MOST_COLLECTIONS = 200
"""Collections of one person, and those of one group."""
MOST_ENTRIES = 2_000
"""Papers in one collection."""
MOST_GROUPS_MADE = 20
"""Groups that one person may own."""
MOST_GROUP_MEMBERS = 300
"""People in one group, those who have yet to answer among them."""
LARGEST_IMPORT = 5 << 20
"""Bytes of a bibliography that is put into a collection."""
MOST_IMPORTED = 1_000
"""Entries of a bibliography that is put into a collection."""
MOST_SUBSCRIPTIONS = 20
"""What one person, or one address without an account, may have sent again and again."""
MOST_SEARCHES = 100
"""Searches that one person may save."""
SIGNING_UP_TAKES = timedelta(seconds=3)
"""A form of signing up that is sent sooner was not filled in by a person."""
