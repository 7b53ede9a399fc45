"""What every form of signing up asks besides the name: nothing of people, and two things that programs get wrong.

allauth makes its own forms out of this one, so it must not import them.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.community import rules
from broadsheet.community.models import Account
from broadsheet.community.people import LONGEST_REASON

_SALT = "broadsheet.signing-up"
_OLDEST_SECONDS = 86_400


class JoiningForm(forms.Form):
    """Holds a field that people do not see (a program fills it in) and the signed moment at which the form was made.

    On an instance with approval it also asks why somebody wants to join.
    """

    reason_to_join = forms.CharField(
        label=gettext_lazy("Why you want to join"),
        help_text=gettext_lazy("An admin reads this before letting you in."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    homepage = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"class": "decoy", "tabindex": "-1", "autocomplete": "off"}),
    )
    made = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["made"].initial = signing.dumps("", salt=_SALT)
        if settings.MODE != "approval":
            del self.fields["reason_to_join"]

    def clean_homepage(self) -> str:
        """Raise ``ValidationError`` for a form that a program filled in."""
        if self.cleaned_data["homepage"]:
            raise ValidationError(_("This field has to stay empty."))
        return ""

    def clean_made(self) -> str:
        """Raise ``ValidationError`` for a form that was sent sooner than a person can, or that is not ours."""
        try:
            signing.loads(self.cleaned_data["made"], salt=_SALT, max_age=_OLDEST_SECONDS)
        except signing.BadSignature:
            self._renew()
            raise ValidationError(_("This form was open for too long. Please send it again.")) from None
        try:
            signing.loads(self.cleaned_data["made"], salt=_SALT, max_age=rules.SIGNING_UP_TAKES)
        except signing.SignatureExpired:
            return ""
        raise ValidationError(_("That was very fast. Please wait a few seconds and send it again."))

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Nothing more: ``people.welcome`` does what follows a new account, after its address was stored."""

    def _renew(self) -> None:
        told = self.data.dict() if isinstance(self.data, QueryDict) else self.data
        self.data = {**told, self.add_prefix("made"): signing.dumps("", salt=_SALT)}
