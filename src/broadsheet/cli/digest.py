"""Commands about what leaves by itself: look at a letter, send what is due, see how it stands, resolve doubts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json, progress, stderr

if TYPE_CHECKING:
    # Django has to be set up before these are imported.
    from broadsheet.community.models import Delivery, Subscription
    from broadsheet.delivery.values import Outcome

UNKNOWN = 1
NOT_UNDERSTOOD = 2
UNREACHABLE = 3
DOUBTS = 1
INTERRUPTED = 130
ALL = "all"

digest = typer.Typer(no_args_is_help=True, help="What is sent by itself: letters and webhooks of subscriptions.")
app.add_typer(digest, name="digest")


@digest.command("preview")
def preview(
    key: str = typer.Argument("", metavar="SUBSCRIPTION", help="The key of a subscription, as its page's address has."),
    address: str = typer.Option("", "--address", help="Or all subscriptions that go to this mail address."),
    html: bool = typer.Option(False, "--html", help="Print the HTML of the letter instead of its text."),
) -> None:
    """Print the letter that would leave now. Nothing is sent and nothing written.

    Exit status: 0, 1 there is no such subscription, 2 neither or both of key and address were given.
    """
    open_instance()
    from django.utils import timezone

    if bool(key) == bool(address):
        fail("name a subscription by its key, or an address with --address", NOT_UNDERSTOOD)
    rows = _subscriptions(key, address)
    if not rows:
        fail(f"there is no subscription {'to ' if address else ''}{address or key}", UNKNOWN)
    now = timezone.now()
    for row in rows:
        stderr.print(f"{row.key}  {row.name}", markup=False, soft_wrap=True)
        typer.echo(_letter(row, now, is_html=html) or "nothing new: no letter would be sent")


def _subscriptions(key: str, address: str) -> list[Subscription]:
    from django.db.models import Q

    from broadsheet.community.models import Subscription

    rows = Subscription.objects.filter(ended_at=None).select_related("account", "search").order_by("pk")
    if key:
        return list(rows.filter(key=key))
    of_account = Q(
        account__emailaddress__email__iexact=address,
        account__emailaddress__verified=True,
        outlet=Subscription.Outlet.MAIL,
    )
    return list(rows.filter(Q(address__iexact=address) | of_account).distinct())


def _letter(subscription: Subscription, now: datetime, *, is_html: bool) -> str:
    """The next letter as it would be read; empty where there would be none."""
    from broadsheet.community.models import Delivery
    from broadsheet.delivery import contents
    from broadsheet.delivery.letters import Letters
    from broadsheet.delivery.subscribing import address_of
    from broadsheet.delivery.values import Contents

    found: Contents = contents.preview(subscription, now)
    if not found.sections:
        return ""
    draft = Delivery(
        subscription=subscription, issue=f"{now:%Y-%m-%d}", contents=found.to_json(), due_at=now, planned_at=now
    )
    message = Letters(now).message(draft, address_of(subscription) or "nobody@example.org")
    body = message.get_body(("html",) if is_html else ("plain",))
    words = str(body.get_content()) if body is not None else ""
    return words if is_html else f"Subject: {message['subject']}\n\n{words}"


@digest.command("send")
def send(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Plan what is due now and send it, as the worker does each minute. May run beside the worker.

    Exit status: 0, 3 the mail server cannot be reached and letters wait, 130 interrupted; the same command goes on.
    """
    open_instance()
    from django.utils import timezone

    from broadsheet.community.models import Delivery
    from broadsheet.delivery.planning import plan
    from broadsheet.delivery.sending import UnreachableError, send_due

    now = timezone.now()
    planned = plan(now, _never)
    fates: dict[str, int] = {}
    total = Delivery.objects.filter(state=Delivery.State.PLANNED, due_at__lte=now).count()
    with progress("sending") as step:

        def told(_delivery: Delivery, outcome: Outcome) -> None:
            fates[outcome.fate.value] = fates.get(outcome.fate.value, 0) + 1
            step(sum(fates.values()), total)

        try:
            sent = send_due(_never, told=told)
        except UnreachableError as error:
            fail(f"{error}; letters wait", UNREACHABLE)
        except KeyboardInterrupt:
            stderr.print("interrupted: run the same command again to go on")
            raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({"planned": planned, "sent": sent, "fates": fates})
        return
    rest = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()) if fate != "sent")
    typer.echo(f"{planned} planned, {sent} sent" + (f", {rest}" if rest else ""))


def _never() -> bool:
    return False


@digest.command("status")
def status(
    days: int = typer.Option(7, "--days", min=1, help="So many days back."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say what became of the deliveries of the last days, by day and state, and what waits.

    Exit status: 0, or 1 when something is in doubt.
    """
    open_instance()
    from django.utils import timezone

    from broadsheet.delivery.doubts import in_doubt
    from broadsheet.delivery.pausing import why_paused

    now = timezone.now()
    by_day = _by_day(now - timedelta(days=days))
    due = _due(now)
    oldest = due.values_list("due_at", flat=True).first()
    told = {
        "days": by_day,
        "due": due.count(),
        "oldest_due": oldest.isoformat(timespec="seconds") if oldest else None,
        "in_doubt": in_doubt().count(),
        "paused": why_paused(now) or None,
    }
    if as_json:
        print_json(told)
    else:
        typer.echo(_status_text(told))
    if told["in_doubt"]:
        raise typer.Exit(DOUBTS)


def _due(now: datetime) -> Any:
    from broadsheet.community.models import Delivery

    rows = Delivery.objects.filter(state=Delivery.State.PLANNED, due_at__lte=now)
    return rows.order_by("due_at", "id")


def _by_day(since: datetime) -> dict[str, dict[str, int]]:
    """Counts by the day of the issue and the state."""
    from django.db.models import Count
    from django.db.models.functions import Substr

    from broadsheet.community.models import Delivery

    rows = Delivery.objects.filter(planned_at__gte=since).annotate(day=Substr("issue", 1, 10))
    counts = rows.values("day", "state").annotate(count=Count("pk")).order_by("day", "state")
    told: dict[str, dict[str, int]] = {}
    for row in counts:
        told.setdefault(row["day"], {})[row["state"]] = row["count"]
    return told


def _status_text(told: dict[str, Any]) -> str:
    lines = [
        f"{day}  " + ", ".join(f"{count:,} {state}" for state, count in states.items())
        for day, states in told["days"].items()
    ] or ["nothing was planned"]
    lines.append(f"{told['due']:,} due" + (f", the oldest since {told['oldest_due']}" if told["oldest_due"] else ""))
    if told["in_doubt"]:
        lines.append(f"{told['in_doubt']:,} in doubt: see broadsheet digest doubts")
    if told["paused"]:
        lines.append(f"no mail is sent: {told['paused']}")
    return "\n".join(lines)


@digest.command("doubts")
def doubts(
    resend: str = typer.Option("", "--resend", metavar="KEY|all", help="Send it again; it may come twice."),
    give_up: str = typer.Option("", "--give-up", metavar="KEY|all", help="Never send it again; it may not have come."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """List deliveries of which nobody knows whether they arrived, or decide about one or all of them.

    Exit status: 0, 1 something is in doubt, or there is no such delivery in doubt, 2 both options were given.
    """
    open_instance()
    from broadsheet.delivery import doubts as deciding

    if resend and give_up:
        fail("--resend and --give-up say different things", NOT_UNDERSTOOD)
    if resend or give_up:
        _decide(
            resend or give_up,
            deciding.resend if resend else deciding.give_up,
            "planned again" if resend else "given up",
        )
        return
    rows = [_doubt(row) for row in deciding.in_doubt()]
    if as_json:
        print_json({"doubts": rows})
    else:
        for row in rows:
            typer.echo(f"{row['key']}  {row['issue']}  {row['handed_over']}  {row['name']}: {row['answer']}")
        if not rows:
            typer.echo("nothing is in doubt")
    if rows:
        raise typer.Exit(DOUBTS)


def _decide(key: str, decide: Callable[[Delivery], bool], done: str) -> None:
    """Decide about one that is in doubt, or about all."""
    from broadsheet.delivery.doubts import in_doubt

    rows = in_doubt() if key == ALL else in_doubt().filter(key=key)
    count = sum(decide(row) for row in rows)
    if key != ALL and not count:
        fail(f"{key} is not in doubt", UNKNOWN)
    typer.echo(f"{count} {done}")


def _doubt(row: Delivery) -> dict[str, Any]:
    return {
        "key": row.key,
        "issue": row.issue,
        "subscription": row.subscription.key,
        "name": row.subscription.name,
        "handed_over": row.handed_over_at.isoformat(timespec="seconds") if row.handed_over_at else None,
        "answer": row.answer,
    }
