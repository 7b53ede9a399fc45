"""The forms of a person's settings: each says what is wrong and where, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from broadsheet.community import invitations, profiles, tokens
from broadsheet.community.access import RefusedError, has_role, is_admin
from broadsheet.community.models import Account
from broadsheet.community.rules import LONGEST_ABOUT


class ProfileForm(forms.Form):
    """What a person says of itself; ``save`` writes it."""

    display_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    affiliation = forms.CharField(label=_("Affiliation"), max_length=200, required=False)
    orcid = forms.CharField(label=_("ORCID iD"), max_length=60, required=False)
    about = forms.CharField(
        label=_("About you"),
        max_length=LONGEST_ABOUT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Markdown and formulas, as in comments."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False)
    are_votes_public = forms.BooleanField(
        label=_("Others may see which papers I vote for"), required=False, widget=forms.CheckboxInput
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        self._account = account
        names = ("display_name", "affiliation", "orcid", "about", "zone", "are_votes_public")
        kwargs.setdefault("initial", {name: getattr(account, name) for name in names})
        super().__init__(*args, **kwargs)
        zone = cast("forms.ChoiceField", self.fields["zone"])
        zone.choices = [("", gettext("As the site")), *((name, name.replace("_", " ")) for name in profiles.zones())]
        for number in range(profiles.MOST_LINKS):
            held = account.links[number] if number < len(account.links) else {}
            self.fields[f"label_{number}"] = forms.CharField(
                label=gettext("Link %(n)s: its name") % {"n": number + 1},
                max_length=profiles.LONGEST_LABEL,
                required=False,
                initial=held.get("label", ""),
            )
            self.fields[f"url_{number}"] = forms.CharField(
                label=gettext("Link %(n)s: its address") % {"n": number + 1},
                max_length=profiles.LONGEST_URL,
                required=False,
                initial=held.get("url", ""),
                widget=forms.URLInput(attrs={"placeholder": "https://"}),
            )

    def own_fields(self) -> Iterator[forms.BoundField]:
        """The fields but those of links."""
        return (self[name] for name in ("display_name", "affiliation", "orcid", "about", "zone"))

    def links(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The pairs of fields of each link; one more than is filled, so that there is always room."""
        pairs = [(self[f"label_{n}"], self[f"url_{n}"]) for n in range(profiles.MOST_LINKS)]
        filled = [n for n, pair in enumerate(pairs) if any(field.value() or field.errors for field in pair)]
        return pairs[: max(filled, default=-1) + 2]

    def clean_orcid(self) -> str:
        """The iD in its bare form."""
        return _told(lambda: profiles.checked_orcid(self.cleaned_data["orcid"]))

    def clean(self) -> dict[str, Any]:
        """All fields, with the links together."""
        cleaned = super().clean() or self.cleaned_data
        links = []
        for n in range(profiles.MOST_LINKS):
            try:
                link = profiles.checked_link(cleaned.get(f"label_{n}", ""), cleaned.get(f"url_{n}", ""))
            except RefusedError as error:
                self.add_error(f"url_{n}", str(error))
                continue
            if link:
                links.append(link)
        cleaned["links"] = links
        return cleaned

    def save(self) -> None:
        """Write it; an ORCID that was typed is one that nobody has verified."""
        account, told = self._account, self.cleaned_data
        names = ["display_name", "affiliation", "about", "zone", "are_votes_public", "links"]
        for name in names:
            setattr(account, name, told[name])
        if told["orcid"] != account.orcid:
            account.orcid, account.is_orcid_verified = told["orcid"], False
            names += ["orcid", "is_orcid_verified"]
        account.save(update_fields=names)


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label=_("Name"), max_length=tokens.LONGEST_NAME, help_text=_("Such as the program that will use it.")
    )
    scope = forms.ChoiceField(label=_("May"), widget=forms.RadioSelect, initial="read")
    expires_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day that it holds; empty: until you revoke it."),
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "read": gettext("read what you may read"),
            "write": gettext("read, vote, write and collect for you"),
            "admin": gettext("do all that you may, as an admin"),
        }
        scope = cast("forms.ChoiceField", self.fields["scope"])
        scope.choices = [(name, words[name]) for name in tokens.SCOPES if name != "admin" or is_admin(account)]


class InvitationForm(forms.Form):
    """A new invitation."""

    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Only whoever signs up with it; empty: anybody.")
    )
    role = forms.ChoiceField(label=_("Role"), initial=Account.Role.MEMBER)
    days = forms.IntegerField(
        label=_("Holds for days"), min_value=1, max_value=invitations.LONGEST_DAYS, initial=invitations.HELD_FOR.days
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Account.Role if has_role(account, role)]
        cast("forms.ChoiceField", self.fields["role"]).choices = roles


def _told(check: Any) -> str:
    try:
        return str(check())
    except RefusedError as error:
        raise forms.ValidationError(str(error)) from error
