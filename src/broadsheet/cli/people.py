"""Commands about people: the first admin of an instance, and what an admin does without a browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json

if TYPE_CHECKING:
    from broadsheet.community.models import Account

people = typer.Typer(no_args_is_help=True, help="Add people, give roles, invite, approve, suspend and erase.")
app.add_typer(people, name="people")

NAME = typer.Argument(metavar="NAME", help="The person's user name.")
ROLE = typer.Option("member", "--role", help="member, curator, moderator or admin.")
BY = typer.Option("", "--by", metavar="NAME", help="The admin in whose name this is done; empty: the first one.")
AS_JSON = typer.Option(False, "--json", help="Print JSON.")


@people.command("list")
def list_(
    is_waiting: bool = typer.Option(False, "--waiting", help="Only those who wait for approval."),
    as_json: bool = AS_JSON,
) -> None:
    """List the accounts."""
    open_instance()
    from broadsheet.community.models import Account

    accounts = Account.objects.order_by("pk")
    rows = [_told(account) for account in (accounts.filter(is_waiting=True) if is_waiting else accounts)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo("\t".join((row["username"], row["role"], row["state"], row["email"])))
    if not rows:
        typer.echo("Nobody.")


@people.command("add")
def add(
    name: str = NAME,
    email: str = typer.Option("", "--email", help="The person's address; it counts as confirmed."),
    role: str = ROLE,
    has_password: bool = typer.Option(True, "--password/--no-password", help="Ask for a password."),
) -> None:
    """Make an account. The password is asked for, or read as a line of standard input."""
    open_instance()
    from broadsheet.community import people as verbs

    password = _password() if has_password else ""
    with _refusals():
        account = verbs.add(name, email=email, password=password, role=_role(role))
    typer.echo(f"{account.username} is here as {account.role}")


@people.command("password")
def password(name: str = NAME) -> None:
    """Give somebody a new password, and end what was signed in with the old one."""
    open_instance()
    from broadsheet.community.accounts.passwords import give_password

    account = _account(name)
    with _refusals():
        give_password(account, _password())
    typer.echo(f"{account.username} has a new password")


@people.command("role")
def role(
    name: str = NAME,
    role: str = typer.Argument(metavar="ROLE", help="member, curator, moderator or admin."),
) -> None:
    """Give somebody a role."""
    open_instance()
    from broadsheet.community import people as verbs

    account = _account(name)
    with _refusals():
        verbs.set_role(account, _role(role))
    typer.echo(f"{account.username} is {account.role}")


@people.command("approve")
def approve(name: str = NAME) -> None:
    """Let somebody in who waits."""
    open_instance()
    from broadsheet.community import people as verbs

    account = _account(name)
    with _refusals():
        verbs.approve(account)
    typer.echo(f"{account.username} is in")


@people.command("refuse")
def refuse(
    name: str = NAME,
    why: str = typer.Option("", "--because", help="What the person is told."),
) -> None:
    """Turn somebody away who waits; the account is deleted."""
    open_instance()
    from broadsheet.community import people as verbs

    with _refusals():
        verbs.refuse(_account(name), why)
    typer.echo(f"{name} was turned away")


@people.command("invite")
def invite(
    email: str = typer.Option("", "--email", help="Only whoever signs up with this address; empty: anybody."),
    role: str = ROLE,
    days: int = typer.Option(14, "--days", help="How long it holds."),
    by: str = BY,
) -> None:
    """Print the address of a new invitation. It is shown this once."""
    open_instance()
    from django.conf import settings
    from django.urls import reverse

    from broadsheet.community import invitations

    with _refusals():
        _invitation, code = invitations.invite(_admin(by), email=email, role=_role(role), days=days)
    typer.echo(settings.BASE_URL + reverse("web:join", args=[code]))


@people.command("suspend")
def suspend(
    name: str = NAME,
    reason: str = typer.Argument(metavar="REASON", help="Why; the person and the public log tell it."),
    by: str = BY,
) -> None:
    """Let somebody only read, until the suspension is lifted."""
    open_instance()
    from broadsheet.community import suspensions

    account = _account(name)
    with _refusals():
        suspensions.suspend(account, _admin(by), reason)
    typer.echo(f"{account.username} is suspended")


@people.command("lift")
def lift(name: str = NAME, by: str = BY) -> None:
    """End somebody's suspension."""
    open_instance()
    from broadsheet.community import suspensions

    account = _account(name)
    with _refusals():
        suspensions.lift(account, _admin(by))
    typer.echo(f"{account.username} is no longer suspended")


@people.command("export")
def export(
    name: str = NAME,
    path: Path = typer.Argument(metavar="FILE", help="File to write, a ZIP; it must not be there yet."),
) -> None:
    """Write all that is known of somebody, as the person itself can have it."""
    open_instance()
    from broadsheet.community.taking_along import take_along

    account = _account(name)
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
            file.writelines(take_along(account))
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    typer.echo(f"written to {path}")


@people.command("erase")
def erase(
    name: str = NAME,
    votes: str = typer.Option("anonymise", "--votes", help="What becomes of the votes: anonymise or withdraw."),
    is_sure: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Erase somebody and every trace. This cannot be undone."""
    open_instance()
    from broadsheet.community.erasing import erase as erase_person

    account = _account(name)
    if votes not in ("anonymise", "withdraw"):
        fail(f"--votes {votes!r}: expected anonymise or withdraw", 2)
    if not is_sure and typer.prompt("Type the name again to erase for good") != account.username:
        fail("nothing was erased: this is not the name")
    with _refusals():
        erase_person(account, votes_are="withdraw" if votes == "withdraw" else "anonymise")
    typer.echo(f"{name} is erased")


def _told(account: Account) -> dict[str, str]:
    from broadsheet.community.access import is_suspended

    states = {"waiting": account.is_waiting, "closed": not account.is_active, "suspended": is_suspended(account)}
    return {
        "username": account.username,
        "role": account.role,
        "state": next((state for state, is_so in states.items() if is_so), "in use"),
        "email": account.email,
        "joined_at": account.date_joined.isoformat(),
    }


def _account(name: str) -> Account:
    from broadsheet.community.models import Account

    account = Account.objects.filter(username=name).first()
    if account is None:
        fail(f"nobody is called {name!r}")
    return account


def _admin(name: str) -> Account:
    from broadsheet.community.access import is_admin
    from broadsheet.community.models import Account

    found = Account.objects.order_by("pk").filter(**{"username": name} if name else {"role": Account.Role.ADMIN})
    account = next(filter(is_admin, found), None)
    if account is None:
        fail(f"{name} is no admin" if name else "there is no admin yet: broadsheet people add NAME --role admin")
    return account


def _role(name: str) -> Account.Role:
    from broadsheet.community.models import Account

    try:
        return Account.Role(name)
    except ValueError:
        fail(f"{name!r}: expected one of {', '.join(Account.Role.values)}", 2)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@contextmanager
def _refusals() -> Iterator[None]:
    """End the command with one line where something is refused."""
    from django.core.exceptions import ValidationError

    from broadsheet.community.access import RefusedError
    from broadsheet.community.limits import TooManyError

    try:
        yield
    except ValidationError as error:
        fail(" ".join(error.messages))
    except (RefusedError, TooManyError) as error:
        fail(str(error))
