"""Who comes in and as what: signing up as the instance's mode has it, approval, and roles."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from broadsheet.community import audit, invitations
from broadsheet.community.access import RefusedError, is_admin
from broadsheet.community.models import Account, Invitation

LONGEST_REASON = 2_000
INVITATION_KEY = "broadsheet_invitation"
"""Under which a session holds the code that its reader came with."""
RESERVED = frozenset(
    {
        *("about", "accounts", "admin", "administrator", "anonymous", "api", "broadsheet", "everybody", "help", "here"),
        *("me", "moderator", "moderators", "nobody", "owner", "removed", "root", "settings", "staff", "support"),
        *("system", "you"),
    }
)
"""Names that nobody may sign up with: they would be taken for the house, or are addresses."""


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation that the reader came with and that still holds."""
    code = request.session.get(INVITATION_KEY, "") if hasattr(request, "session") else ""
    return invitations.invitation_for(code) if code else None


def may_sign_up(request: HttpRequest) -> bool:
    """Whether the reader may make an account now, as the instance's mode has it.

    Never where one person has the instance, with an invitation where one is needed, and always elsewhere.
    """
    if settings.MODE == "single":
        return False
    if settings.MODE == "invite":
        return invitation_of(request) is not None
    return True


def welcome(account: Account, request: HttpRequest) -> None:
    """What follows a new account: whether it has to wait, and the role that it was invited to.

    Called once, after the account and its address were stored. Somebody whose invitation was used by another, or was
    sent to another address, waits for an admin as on an instance with approval.
    """
    with transaction.atomic():
        invitation = invitation_of(request)
        is_invited = invitation is not None and invitations.use(invitation, account)
        if invitation is not None and is_invited:
            _give(account, Account.Role(invitation.role))
        elif settings.MODE != "open":
            account.is_waiting, account.is_active = True, False
            account.reason_to_join = (account.reason_to_join or request.POST.get("reason_to_join", ""))[:LONGEST_REASON]
        account.save()
        audit.note(
            "account.sign-up",
            actor=account,
            subject_kind="account",
            subject=str(account.pk),
            details={"mode": settings.MODE, "role": account.role, "is_waiting": account.is_waiting},
        )
    if hasattr(request, "session"):
        request.session.pop(INVITATION_KEY, None)


def add(username: str, *, email: str = "", password: str = "", role: Account.Role = Account.Role.MEMBER) -> Account:
    """Make an account from the instance's machine, with an address that counts as confirmed.

    Without a password somebody has to set one (``broadsheet people password``). Raises ``RefusedError`` for a name that
    is taken, in any capitals, or cannot be one, an address that is taken or none, and a password that is too weak.
    """
    email = email.strip().lower()
    account = Account(username=username, email=email)
    _give(account, role)
    try:
        account.set_unusable_password()
        if password:
            validate_password(password, account)
            account.set_password(password)
        told = {"username", "email"}
        account.clean_fields(exclude={field.name for field in Account._meta.fields} - told)  # noqa: SLF001  (documented)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    if Account.objects.filter(username__iexact=username).exists():
        raise RefusedError(_("The name %(name)s is taken.") % {"name": username})
    if email and EmailAddress.objects.filter(email__iexact=email).exists():
        raise RefusedError(_("There is an account with the address %(email)s.") % {"email": email})
    with transaction.atomic():
        account.save(force_insert=True)
        if email:
            EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        _note("account.add", account, None, "", role=role)
    return account


def waiting() -> QuerySet[Account]:
    """The accounts that an admin has to decide on, the oldest first."""
    return Account.objects.filter(is_waiting=True).order_by("pk")


def approve(account: Account, *, actor: Account | None = None, network: str = "") -> None:
    """Let somebody in who waits, and tell them by mail; ``actor`` is None for whoever runs the instance's machine.

    Raises ``RefusedError`` for an account that does not wait.
    """
    with transaction.atomic():
        if not Account.objects.filter(pk=account.pk, is_waiting=True).update(is_waiting=False, is_active=True):
            raise RefusedError(f"{account.username} does not wait for approval.")
        account.refresh_from_db()
        _note("account.approve", account, actor, network)
    tell(
        account,
        _("You are in: %(instance)s") % {"instance": settings.NAME},
        _("Your account %(name)s was approved. You can sign in now: %(url)s")
        % {"name": account.username, "url": settings.BASE_URL},
    )


def refuse(account: Account, why: str, *, actor: Account | None = None, network: str = "") -> None:
    """Turn somebody away who waits: the account and what it holds are deleted, and the person is told by mail.

    Raises ``RefusedError`` for an account that does not wait.
    """
    with transaction.atomic():
        held = Account.objects.select_for_update().filter(pk=account.pk, is_waiting=True).first()
        if held is None:
            raise RefusedError(f"{account.username} does not wait for approval.")
        _note("account.refuse", held, actor, network)
        audit.black_out(held)
        held.delete()
    told = [_("Your wish to join was not granted."), why.strip()]
    tell(account, _("About your account: %(instance)s") % {"instance": settings.NAME}, "\n\n".join(filter(None, told)))


def set_role(account: Account, role: Account.Role, *, actor: Account | None = None, network: str = "") -> None:
    """Give somebody a role; ``actor`` is None for whoever runs the instance's machine.

    Raises ``RefusedError`` where the actor is no admin, and for taking the role from the last admin.
    """
    if actor is not None and not is_admin(actor):
        raise RefusedError(_("Only an admin gives roles."))
    with transaction.atomic():
        # All admins are locked, so that two of them cannot take the role from each other at once.
        admins = {held.pk for held in Account.objects.select_for_update().filter(role=Account.Role.ADMIN)}
        account.refresh_from_db()
        if role != Account.Role.ADMIN and admins == {account.pk}:
            raise RefusedError(_("This is the only admin: give somebody else the role first."))
        before = account.role
        _give(account, role)
        account.save(update_fields=["role", "is_staff", "is_superuser"])
        _note("account.role", account, actor, network, before=before, after=role)


def tell(account: Account, subject: str, text: str) -> None:
    """Mail a person a few lines, where there is an address; without a mail server it goes nowhere.

    That the server is away does not undo what was decided.
    """
    if account.email:
        send_mail(subject, text, None, [account.email], fail_silently=True)


def _give(account: Account, role: Account.Role) -> None:
    account.role = role
    account.is_staff = account.is_superuser = role == Account.Role.ADMIN


def _note(verb: str, account: Account, actor: Account | None, network: str, **details: str) -> None:
    audit.note(
        verb, actor=actor, subject_kind="account", subject=str(account.pk), network=network, details=details or None
    )
