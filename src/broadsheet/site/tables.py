"""Django's admin for the rest, at ``/admin/``: to look at every table, and to change the few that have no page.

Only admins of this instance find it; to everybody else nothing is there. Nothing is deleted here, no paper is changed,
and what is changed is written to the audit log instead of Django's own.
"""

# ruff: noqa: ARG002 - the signatures are those of Django

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from broadsheet.catalogue import models as catalogue
from broadsheet.community import audit
from broadsheet.community import models as community
from broadsheet.community.access import is_admin
from broadsheet.community.models import Account
from broadsheet.web.networks import address_of, network_of

if TYPE_CHECKING:
    _Table = admin.ModelAdmin[Model]
else:
    _Table = admin.ModelAdmin


class InstanceAdmin(admin.AdminSite):
    """The admin under the instance's name, for its admins; signing in is done where everybody does it."""

    site_url = "/"
    index_title = "Tables"
    enable_nav_sidebar = False

    def __init__(self) -> None:
        super().__init__()
        self.site_title = self.site_header = settings.NAME

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether a reader is an admin of this instance."""
        return is_admin(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Any page of the admin; for others there is none, and nothing tells that there could be one."""
        inner = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return answer

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """All tables, with advice to whoever has no second factor yet."""
        if not Authenticator.objects.filter(user=request.user).exists():
            advice = _("You have no second factor. Whoever learns your password can do all of this.")
            link = format_html('{} <a href="/accounts/2fa/">{}</a>', advice, _("Set one up"))
            messages.warning(request, link)
        return super().index(request, extra_context)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Nothing: people sign in at ``/accounts/login/``."""
        if not self.has_permission(request):
            raise Http404
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """To the page to sign out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """To the page on which everybody changes the password."""
        return redirect("account_change_password")


class ForReading(_Table):
    """A table to look at; ``chosen`` leaves out what is private to a person or a group."""

    chosen: Q = Q()

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The rows that are everybody's, or the instance's own."""
        return super().get_queryset(request).filter(self.chosen)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins see every table."""
        return is_admin(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Admins see every room."""
        return is_admin(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are made by those who act, not here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes a table that is for reading."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here: papers are hidden, people erase themselves."""
        return False


class ForChanging(ForReading):
    """A table of which some fields can be changed; ``changed`` names them."""

    changed: tuple[str, ...] = ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins change it."""
        return is_admin(request.user)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """All that can be shown, and the fields that can be changed."""
        return list(dict.fromkeys([*self.changed, *super().get_list_display(request)[1:]]))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """All but the fields that can be changed."""
        return [name for name in self.get_fields(request, obj) if name not in self.changed]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Note the change in the audit log, with the names of the fields and not what stood in them."""
        return audit.note(
            "admin.change",
            actor=request.user if isinstance(request.user, Account) else None,
            subject_kind=str(obj._meta.model_name),  # noqa: SLF001  (documented)
            subject=str(obj.pk),
            network=network_of(address_of(request)),
            details={"fields": message[0].get("changed", {}).get("fields", []) if message else []},
        )


def _columns(model: type[Model], *left_out: str) -> tuple[str, ...]:
    """The columns of a list: the row id, and every field that is short."""
    fields = [field for field in model._meta.concrete_fields if field.get_internal_type() not in _LONG]  # noqa: SLF001
    return ("__str__", *(field.name for field in fields if field.name not in left_out))


_LONG = frozenset({"TextField", "JSONField"})
_SECRET = ("password", "digest", "private_digest", "previous", "network", "signed_up_from", "key")
_CHOSEN: dict[type[Model], Q] = {
    community.Comment: Q(group=None),
    community.Vote: Q(group=None),
    community.Collection: Q(visibility=community.Collection.Visibility.PUBLIC),
}
_READ: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (community.Deed, ("verb", "subject_kind", "subject", "reason")),
    (community.Report, ("subject", "words")),
    (community.Comment, ("text", "key")),
    (community.Vote, ()),
    (community.Submission, ("named", "key")),
    (community.Claim, ("words",)),
    (community.Collection, ("title", "key")),
    (community.Pin, ("words",)),
    (community.Invitation, ("email",)),
    (community.ApiToken, ("name",)),
    (catalogue.Paper, ("title", "key", "arxiv_id")),
    (catalogue.PaperMerge, ("absorbed_title", "absorbed_key")),
    (catalogue.Source, ("slug",)),
    (catalogue.SavedPage, ("title", "slug")),
    (catalogue.Job, ("name",)),
    (catalogue.Batch, ("category",)),
    (catalogue.Alert, ("note",)),
)
_CHANGED: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (Account, ("display_name", "affiliation", "about", "orcid", "zone"), ("username", "email", "display_name")),
    (community.Group, ("name", "about", "is_listed"), ("slug", "name")),
    (catalogue.Organisation, ("name",), ("slug", "name")),
)


def _site() -> InstanceAdmin:
    site = InstanceAdmin()
    for model, searched in _READ:
        shown: dict[str, Any] = {"list_display": _columns(model, *_SECRET), "search_fields": searched}
        shown |= {"exclude": _SECRET, "chosen": _CHOSEN.get(model, Q())}
        site.register(model, type(f"{model.__name__}Table", (ForReading,), shown))
    for model, changed, searched in _CHANGED:
        shown = {"list_display": _columns(model, *_SECRET), "search_fields": searched, "changed": changed}
        site.register(model, type(f"{model.__name__}Table", (ForChanging,), shown))
    return site


site = _site()
