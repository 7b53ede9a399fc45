"""The forms of saved searches and webhooks: each says what is wrong and where, and keeps what was typed, no secrets."""

from __future__ import annotations

from datetime import time
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from broadsheet.catalogue.admission import storable_text
from broadsheet.community.models import SavedSearch, Subscription
from broadsheet.delivery.searches import LONGEST_NAME, LONGEST_QUERY
from broadsheet.delivery.webhooks.keeping import Rhythm, often_of
from broadsheet.delivery.webhooks.targets import LONGEST_TARGET, LONGEST_TOKEN, Address
from broadsheet.search.query import PaperQuery, QueryError, parse

Format = Subscription.Format
OFTEN_CHOICES = (
    ("at once", _("at once, when something new comes")),
    ("daily", _("every day")),
    ("weekly", _("every Monday")),
)
FORMAT_CHOICES = (
    (Format.JSON, _("a program: JSON, signed")),
    (Format.SLACK, _("Slack")),
    (Format.DISCORD, _("Discord")),
    (Format.MATRIX, _("Matrix")),
    (Format.MATTERMOST, _("Mattermost")),
)


class NameForm(forms.Form):
    """What a saved search is called."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)


class SearchForm(NameForm):
    """The name and the question of a saved search; ``query`` is what it asks."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    question = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_QUERY,
        help_text=_("As the address of a search says it, or the whole address of a search page."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    query: PaperQuery

    def __init__(self, search: SavedSearch, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": search.name, "question": search.query})
        super().__init__(*args, **kwargs)

    def clean_question(self) -> str:
        """The query string; an address of a page that has none is refused."""
        try:
            self.query = asked_in(self.cleaned_data["question"])
        except QueryError as error:
            raise forms.ValidationError(str(error)) from error
        return self.query.urlencode()


class MailForm(forms.Form):
    """How often a search is sent by mail."""

    often = forms.ChoiceField(label=_("How often"), choices=OFTEN_CHOICES, initial="daily")

    @property
    def rhythm(self) -> Rhythm:
        """What was chosen, at the usual time of day."""
        return Rhythm(often=self.cleaned_data["often"])


class WebhookForm(forms.Form):
    """Where to something is posted, in which form and how often.

    With ``subscription`` the fields of its address may stay empty: then it stays where it is.
    """

    format = forms.ChoiceField(label=_("To"), choices=FORMAT_CHOICES, initial=Format.JSON)
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_TARGET,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Of the webhook that the chat gave you; of a Matrix room, of its homeserver."),
    )
    room = forms.CharField(
        label=_("Room, for Matrix alone"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "!room:example.org", "autocomplete": "off"}),
        help_text=_("Its internal ID, from the room's settings. Empty for a Hookshot bridge."),
    )
    token = forms.CharField(
        label=_("Access token, for Matrix alone"),
        max_length=LONGEST_TOKEN,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Of an account that was made for this and has joined the room. It is never shown again."),
    )
    often = forms.ChoiceField(label=_("How often"), choices=OFTEN_CHOICES, initial="daily")
    at = forms.TimeField(
        label=_("At what time of day"),
        initial=time(7),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, subscription: Subscription | None = None, **kwargs: Any) -> None:
        if subscription is not None:
            hour, minute = divmod(subscription.minute, 60)
            told = {"format": subscription.format, "often": often_of(subscription), "at": time(hour, minute)}
            kwargs.setdefault("initial", told)
        super().__init__(*args, **kwargs)
        self._subscription = subscription
        if subscription is None:
            self.fields["url"].widget.attrs["required"] = True
        else:
            self.fields["url"].help_text = _("Leave it empty to go on posting to where it posts now.")

    def clean(self) -> dict[str, Any]:
        """All fields; another format needs another address."""
        told = super().clean() or self.cleaned_data
        is_elsewhere = self._subscription is None or told.get("format") != self._subscription.format
        if is_elsewhere and not told.get("url") and "url" not in self.errors:
            self.add_error("url", _("Enter an address that begins with https:// or http://."))
        return told

    @property
    def address(self) -> Address | None:
        """Where to; None where it stays as it is."""
        told = self.cleaned_data
        if not (told["url"] or told["room"] or told["token"]):
            return None
        return Address(format=told["format"], url=told["url"], room=told["room"], token=told["token"])

    @property
    def rhythm(self) -> Rhythm:
        """How often and when."""
        told = self.cleaned_data
        zone = self._subscription.zone if self._subscription is not None else ""
        return Rhythm(often=told["often"], minute=told["at"].hour * 60 + told["at"].minute, zone=zone)


def asked_in(text: str) -> PaperQuery:
    """The question in what somebody pasted: the address of a search page, a query string, or plain words.

    Raises ``QueryError`` for an address without a question, and for a question that cannot be understood.
    """
    given = storable_text(text).strip()
    if given.startswith(("http://", "https://", "/")):
        if not (found := urlsplit(given).query):
            raise QueryError("question", given[:60], "the address of a search page")
        return parse(QueryDict(found))
    if "=" in given.split("&")[0]:
        return parse(QueryDict(given.removeprefix("?")))
    return parse({"q": given})
