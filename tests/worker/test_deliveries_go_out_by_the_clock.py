"""Planning and sending are jobs of the clock that wait for no other, and go on at once after a crash."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from broadsheet.catalogue.models import Job
from broadsheet.community.models import Delivery, Subscription
from broadsheet.sources.protocol import Schedule
from broadsheet.worker import claims, delivering
from broadsheet.worker.clock import run_worker
from broadsheet.worker.crew import JOBS_AT_ONCE, Crew
from broadsheet.worker.errands import Errand
from broadsheet.worker.jobs import errands
from tests.builders import many, take
from tests.delivery.sending_to import mail_server
from tests.delivery.subscribers import subscription

EVERY_MINUTE = Schedule(cron="* * * * *")


def never() -> bool:
    return False


def doing(name: str) -> Errand:
    return next(errand for errand in errands() if errand.name == name)


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_planned_and_sent_in_the_same_minute(home: Path, settings: LazySettings) -> None:
    now = timezone.now()
    take(*many(3, on=timezone.localdate()))
    subscription(due_at=now, planned_on=timezone.localdate() - timedelta(days=2), minute=0)
    with mail_server(settings) as server:
        assert doing(delivering.SENDING).do(never) == "1 sent"
        assert doing(delivering.PLANNING).do(never) == "0 planned"
    assert [taken.recipient for taken in server.taken] == ["reader@example.org"]
    assert doing(delivering.PLANNING).do(lambda: True) is None


@pytest.mark.django_db(transaction=True)
def test_letters_wait_for_a_mail_server_without_a_letter_to_blame(home: Path, settings: LazySettings) -> None:
    with mail_server(settings):
        pass
    take(*many(3, on=timezone.localdate()))
    subscription(planned_on=timezone.localdate() - timedelta(days=2), minute=0)
    crew = Crew([doing(delivering.SENDING)], threading.Event())
    crew.sync()
    assert crew.do_due() == 1
    job, made = Job.objects.get(name=delivering.SENDING), Delivery.objects.get()
    assert "the mail server cannot be used" in job.last_error
    assert job.due_at is not None
    assert job.due_at <= timezone.now() + timedelta(minutes=1)
    assert (made.state, made.attempts_count) == (Delivery.State.PLANNED, 0)


@pytest.mark.django_db
def test_looks_that_brought_nothing_are_forgotten_after_a_while() -> None:
    now = timezone.now()
    old, new = now - timedelta(days=8), now - timedelta(days=6)
    at_once, daily = subscription(rhythm=Subscription.Rhythm.AT_ONCE), subscription()
    for number, (row, state, ended_at) in enumerate(
        [(at_once, "empty", old), (at_once, "sent", old), (at_once, "empty", new), (daily, "empty", old)]
    ):
        told = {"due_at": old, "planned_at": old, "contents": [], "ended_at": ended_at}
        Delivery.objects.create(subscription=row, issue=f"{number}", state=state, **told)
    assert doing(delivering.FORGETTING).do(never) == "1 forgotten"
    assert list(Delivery.objects.order_by("issue").values_list("issue", flat=True)) == ["1", "2", "3"]


@pytest.mark.django_db(transaction=True)
def test_a_prompt_job_waits_for_no_other() -> None:
    stop, go_on = threading.Event(), threading.Event()
    done = threading.Semaphore(0)
    entered = threading.Semaphore(0)

    def wait(should_stop: object) -> str:
        entered.release()
        go_on.wait(30)
        return "waited"

    def be_prompt(should_stop: object) -> str:
        done.release()
        return "done"

    slow = [Errand(name=f"slow {n}", schedule=EVERY_MINUTE, do=wait) for n in range(JOBS_AT_ONCE + 1)]
    crew = Crew([*slow, Errand(name="prompt", schedule=EVERY_MINUTE, do=be_prompt, is_prompt=True)], stop)
    crew.sync()
    crew.start_due()
    for _ in range(JOBS_AT_ONCE):
        assert entered.acquire(timeout=30)
    assert done.acquire(timeout=30)
    assert not entered.acquire(blocking=False)
    go_on.set()
    crew.finish()


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_is_free_at_once(home: Path) -> None:
    (home / "workers").mkdir()
    (home / "workers" / "4711-00ff00ff00ff00ff").touch()  # it holds no lock on it any more
    now = timezone.now()
    job = Job.objects.create(name="its", due_at=now, schedule="* * * * *", zone="UTC")
    other = Job.objects.create(name="other", due_at=now, schedule="* * * * *", zone="UTC")
    assert claims.claim(job, now, by="4711-00ff00ff00ff00ff")
    assert claims.claim(other, now, by="4712-00ff00ff00ff00ff")
    assert claims.release_of(["4711-00ff00ff00ff00ff"]) == 1
    assert claims.claim(job, now, by="4711-00ff00ff00ff00ff")
    run_worker(every=0, is_once=True)
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.claimed_by, job.claimed_until) == ("", None)
    assert other.claimed_until is not None
    assert list((home / "workers").iterdir()) == []
