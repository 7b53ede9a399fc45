"""User names: they stand in addresses and mentions, and must not be taken for the house or for somebody else."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from broadsheet.community.models import Account
from broadsheet.community.people import RESERVED

LONGEST_NAME = 30
_ALIKE = str.maketrans("013457", "oieast")
"""Digits that are read as letters; ``l`` is read as ``i`` as well."""


def shown_name(account: Account) -> str:
    """The name that others read, for allauth's pages."""
    return account.shown_name


def refuse_reserved(name: str) -> None:
    """Raise ``ValidationError`` for a name of the house, and for one that looks like it, such as ``Adm1n_``."""
    if _skeleton(name) in _RESERVED_SKELETONS:
        raise ValidationError(_("This name is kept for the house. Please choose another one."), code="reserved")


def _skeleton(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower()).translate(_ALIKE).replace("l", "i")


_RESERVED_SKELETONS = frozenset(map(_skeleton, RESERVED))

VALIDATORS = [
    RegexValidator(
        r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
        _("A name has letters, digits, and between them - _ and . only."),
    ),
    RegexValidator(rf"\A.{{0,{LONGEST_NAME}}}\Z", _("A name has at most 30 characters.")),
    refuse_reserved,
]
