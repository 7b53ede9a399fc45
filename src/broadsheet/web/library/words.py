"""What stands on the buttons by which a paper is kept."""

from __future__ import annotations

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text.plain import to_plain
from broadsheet.community.models import Shelved

TITLE_LENGTH = 80


def saving_words(is_saved: bool) -> str:
    """On the button that saves a paper for later."""
    return _("saved") if is_saved else _("save")


def reading_words(is_read: bool) -> str:
    """On the button that marks a paper as read."""
    return _("read") if is_read else _("mark as read")


def spoken(paper: Paper, told: str) -> str:
    """A button's words for those who hear it: the paper is told, too."""
    return f"{told}: {Truncator(to_plain(paper.title)).chars(TITLE_LENGTH)}"


def button_words(row: Shelved | None) -> dict[str, bool | str]:
    """What a script puts on a paper's buttons."""
    is_saved, is_read = row is not None and row.saved_at is not None, row is not None and row.read_at is not None
    words = {"saving": saving_words(is_saved), "reading": reading_words(is_read)}
    return {"is_saved": is_saved, "is_read": is_read, **words}
