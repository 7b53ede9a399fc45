"""Whatever workers do and whenever they die, a job has one worker at most, runs when it is due, and is never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from broadsheet.catalogue.models import Job
from broadsheet.catalogue.schedules import LONGEST_WAIT, next_due
from broadsheet.sources.protocol import Schedule
from broadsheet.worker import claims
from broadsheet.worker.claims import LEASE, Claim
from broadsheet.worker.errands import Errand, sync

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOURLY = Schedule(cron="0 * * * *")
NAMES = ("one", "two", "three")
workers = st.integers(0, 3)


def errand(name: str, schedule: Schedule = HOURLY) -> Errand:
    return Errand(name=name, schedule=schedule, do=lambda should_stop: "done")


class Life(RuleBasedStateMachine):
    """Four workers, three jobs, and a clock. ``held`` is what each worker believes that it has, and until when."""

    @initialize()
    def begin(self) -> None:
        Job.objects.all().delete()
        self.now = NOW
        self.held: dict[int, tuple[Claim, datetime]] = {}
        sync([errand(name) for name in NAMES], self.now)

    @rule(seconds=st.sampled_from([1, 30, 119, 120, 121, 600, 3_600, 30_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(worker=workers, without=st.sets(st.sampled_from(NAMES)))
    def claims(self, worker: int, without: set[str]) -> None:
        if worker in self.held:
            return
        names = set(NAMES) - without
        due = {job.name for job in claims.due(self.now)} & names
        taken = claims.claim_next(self.now, names=names)
        assert (taken is not None) == bool(due)
        if taken is not None:
            assert taken.name in due
            self.held[worker] = (taken, self.now + LEASE)

    @rule(worker=workers)
    def beats(self, worker: int) -> None:
        if worker in self.held:
            taken, until = self.held[worker]
            if claims.extend(taken, self.now):
                self.held[worker] = (taken, self.now + LEASE)
            else:
                assert until <= self.now, "a claim was lost within its lease"
                del self.held[worker]

    @rule(worker=workers, how=st.sampled_from(["succeeds", "fails", "is put off", "releases"]))
    def ends(self, worker: int, how: str) -> None:
        if worker not in self.held:
            return
        taken, until = self.held.pop(worker)
        before = Job.objects.get(pk=taken.job)
        ends = {
            "succeeds": lambda: claims.succeed(taken, self.now, "all done"),
            "fails": lambda: claims.fail(taken, self.now, "it broke"),
            "is put off": lambda: claims.put_off(taken, self.now, 900, "busy"),
            "releases": lambda: claims.release(taken),
        }
        is_ours = ends[how]()
        after = Job.objects.get(pk=taken.job)
        if not is_ours:
            assert until <= self.now, "a claim was lost within its lease"
            assert vars(after) | {"_state": 0} == vars(before) | {"_state": 0}, "another worker's claim was changed"
            return
        assert (after.claimed_by, after.claimed_until) == ("", None)
        scheduled = next_due(HOURLY, self.now)
        assert scheduled is not None
        if how == "succeeds":
            assert (after.due_at, after.failures_count, after.last_error) == (scheduled, 0, "")
        elif how == "fails":
            assert self.now < after.due_at <= min(scheduled, self.now + LONGEST_WAIT)
            assert (after.failures_count, after.last_error) == (before.failures_count + 1, "it broke")
        elif how == "is put off":
            assert (after.due_at, after.failures_count) == (self.now + timedelta(minutes=15), before.failures_count)
        else:
            assert after.due_at == before.due_at <= self.now

    @rule(worker=workers)
    def dies(self, worker: int) -> None:
        self.held.pop(worker, None)

    @rule(gone=st.sets(st.sampled_from(NAMES)))
    def settings_change(self, gone: set[str]) -> None:
        sync([errand(name) for name in NAMES if name not in gone], self.now)
        assert set(Job.objects.filter(is_enabled=True).values_list("name", flat=True)) == set(NAMES) - gone

    @invariant()
    def no_job_has_two_workers(self) -> None:
        if hasattr(self, "held"):
            valid = [taken.job for taken, until in self.held.values() if self.now < until]
            assert len(valid) == len(set(valid))

    @invariant()
    def every_job_comes_again(self) -> None:
        if hasattr(self, "held"):
            assert Job.objects.filter(due_at=None).count() == 0
            assert Job.objects.count() == len(NAMES)


def test_four_workers_share_three_jobs() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=60, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )


def test_a_killed_workers_job_is_taken_over_when_its_lease_ends() -> None:
    sync([errand("one")], NOW)
    first = claims.claim_next(NOW, names=["one"])
    assert first is not None
    assert claims.claim_next(NOW + LEASE - timedelta(seconds=1), names=["one"]) is None
    second = claims.claim_next(NOW + LEASE, names=["one"])
    assert second is not None
    assert not claims.extend(first, NOW + LEASE)
    assert not claims.succeed(first, NOW + LEASE, "too late")
    assert not claims.release(first)
    assert claims.succeed(second, NOW + LEASE, "done")
    assert Job.objects.get().last_result == "done"


def test_a_job_that_this_worker_does_not_know_is_left_to_others() -> None:
    sync([errand("one")], NOW)
    assert claims.claim_next(NOW, names=["two"]) is None


def test_the_job_that_waited_longest_comes_first() -> None:
    sync([errand("one"), errand("two")], NOW)
    Job.objects.filter(name="two").update(due_at=NOW - timedelta(hours=1))
    taken = claims.claim_next(NOW, names=["one", "two"])
    assert taken is not None
    assert taken.name == "two"
    other = claims.claim_next(NOW, names=["one", "two"], without=[taken.job])
    assert other is not None
    assert other.name == "one"


def test_a_job_without_a_schedule_runs_once() -> None:
    sync([errand("one", Schedule())], NOW)
    taken = claims.claim_next(NOW, names=["one"])
    assert taken is not None
    claims.succeed(taken, NOW, "done")
    assert Job.objects.get().due_at is None
    assert claims.claim_next(NOW + timedelta(days=400), names=["one"]) is None


def test_a_new_schedule_counts_from_now_and_an_old_one_is_kept() -> None:
    sync([errand("one")], NOW)
    taken = claims.claim_next(NOW, names=["one"])
    assert taken is not None
    claims.fail(taken, NOW, "it broke")
    due_at = Job.objects.get().due_at
    sync([errand("one")], NOW + timedelta(seconds=5))
    assert Job.objects.get().due_at == due_at
    sync([errand("one", Schedule(cron="0 6 * * *", zone="Asia/Tokyo"))], NOW)
    row = Job.objects.get()
    assert (row.schedule, row.zone, row.due_at) == ("0 6 * * *", "Asia/Tokyo", datetime(2026, 11, 3, 21, tzinfo=UTC))


def test_a_job_whose_setting_is_gone_is_disabled_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    sync([errand("one")], NOW)
    sync([errand("two"), errand("bad", Schedule(cron="at noon"))], NOW)
    assert dict(Job.objects.values_list("name", "is_enabled")) == {"one": False, "two": True}
    assert "job bad is left out: schedule 'at noon'" in caplog.text
    assert claims.claim_next(NOW, names=["one"]) is None
    later = NOW + timedelta(days=3)
    sync([errand("one")], later)
    row = Job.objects.get(name="one")
    assert (row.is_enabled, row.due_at) == (True, later)
