"""Jobs: done by one worker, as the one who asked, with the rights of the moment; nothing in them leaks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from cast import SECRET, Cast
from django.db import connection

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions as accounts
from tutela.records.jobs import queue
from tutela.records.jobs.actions import AT_ONCE, cancel, list_jobs, look, start
from tutela.records.jobs.kinds import _kinds, register_kind
from tutela.records.jobs.models import JobSpec, State
from tutela.records.jobs.working import JobInHand, work_once
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry

SECRET_WORD = "zzyzx"


@pytest.fixture(autouse=True)
def kinds():
    """A kind of job for the tests, and its doings."""
    done: list[tuple[str, object]] = []

    def count(work):
        for step in range(3):
            work.tell(step + 1, 3)
        done.append((work.by.actor, work.spec["word"]))
        return {"counted": 3}

    def fail(work):
        raise Problem("not-possible", "There is nothing to count.", remedy="Bring something.")

    def crash(work):
        raise RuntimeError(SECRET_WORD)

    before = dict(_kinds)
    for name, run in (("test.count", count), ("test.fail", fail), ("test.crash", crash)):
        register_kind(name, run)
    yield done
    _kinds.clear()
    _kinds.update(before)


def _start(people: Cast, kind: str = "test.count", who: str = "analyst", marking: int = 1) -> int:
    spec = {"word": SECRET_WORD}
    return start(by=people[who], kind=kind, compartment=people.here, marking=marking, spec=spec).pk


def test_nobody_starts_looks_at_or_cancels_what_is_not_theirs(people: Cast):
    for who, marking in (("outsider", 0), ("administrator", 0), ("custodian", 0), ("analyst", 2)):
        with pytest.raises(Problem, match="do not include"):
            _start(people, who=who, marking=marking)
    number = _start(people)
    answers = set()
    for who in ("outsider", "administrator", "custodian", "adviser", "officer"):
        for deed in (look, cancel):
            for which in (number, number + 999):
                with pytest.raises(Problem) as caught:
                    deed(by=people[who], number=which)
                answers.add(str(caught.value))
        assert list_jobs(by=people[who], kind="test.count") == ()
    assert len(answers) == 1
    with pytest.raises(Problem, match="do not include"):
        queue.claim(by=people["administrator"])


def test_a_job_is_done_as_the_one_who_asked(people: Cast, kinds: list):
    number = _start(people)
    assert look(by=people["analyst"], number=number).state == State.WAITING
    assert queue.is_anything_waiting()
    assert work_once()
    assert not work_once()
    assert kinds == [(people["analyst"].actor, SECRET_WORD)]
    seen = look(by=people["analyst"], number=number)
    assert (seen.state, seen.result, seen.done, seen.total) == (State.DONE, {"counted": 3}, 3, 3)
    assert [job.number for job in list_jobs(by=people["analyst"], kind="test.count")] == [number]


@pytest.mark.parametrize("loss", ["membership", "account"])
def test_a_right_lost_meanwhile_is_refused_and_said(people: Cast, kinds: list, loss: str):
    number = _start(people)
    if loss == "membership":
        accounts.dismiss(by=people["custodian"], compartment=people.here, user=people.users["analyst"])
    else:
        accounts.set_active(by=people["administrator"], user=people.users["analyst"], is_active=False)
    assert work_once()
    assert kinds == []
    job = queue.jobs().get(pk=number)
    assert (job.state, job.problem) == (State.FAILED, "not-allowed")


def test_the_queue_says_nothing_of_what_a_job_is_about(people: Cast):
    _start(people, who="officer", marking=SECRET)
    job = queue.jobs().values().get()
    assert SECRET_WORD not in str(job)
    with acting(queue.WORKER, "test"):
        assert JobSpec.visible_to(queue.WORKER).count() == 0
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM jobs_jobspec")
                assert cursor.fetchone() == (0,)  # the second wall: not by a line of SQL either
                cursor.execute("SELECT count(*) FROM jobs_job")
                assert cursor.fetchone() == (1,)


def test_what_goes_wrong_is_said_without_a_value(people: Cast, caplog: pytest.LogCaptureFixture):
    failing, crashing = _start(people, "test.fail"), _start(people, "test.crash")
    assert work_once() and work_once()
    seen = look(by=people["analyst"], number=failing)
    assert (seen.state, seen.problem, seen.message) == (State.FAILED, "not-possible", "There is nothing to count.")
    seen = look(by=people["analyst"], number=crashing)
    assert (seen.state, seen.problem) == (State.FAILED, "job-failed")
    assert SECRET_WORD not in caplog.text + seen.message + seen.remedy
    assert "RuntimeError" in caplog.text


def test_a_cancelled_job_ends_at_its_next_step_and_gives_nothing(people: Cast):
    number = _start(people)
    cancel(by=people["analyst"], number=number)
    assert not work_once()

    def cancelled_under_way(work):
        cancel(by=work.by, number=work.number)
        work.tell(3, 3)
        raise AssertionError("it went on")

    register_kind("test.cancelled", cancelled_under_way)
    second = _start(people, "test.cancelled")
    assert work_once()
    for job in (number, second):
        seen = look(by=people["analyst"], number=job)
        assert (seen.state, seen.result) == (State.CANCELLED, {})
        with pytest.raises(Problem, match="ended already"):
            cancel(by=people["analyst"], number=job)


def test_a_job_whose_worker_died_is_taken_again_three_times_at_most(people: Cast, kinds: list):
    number = _start(people)
    tokens = set()
    for attempt in range(1, queue.ATTEMPTS):
        job = queue.claim(by=queue.WORKER)
        assert job is not None
        tokens.add(job.claim)
        assert queue.take_back(by=queue.WORKER) == 0  # it lives still
        _let_lease_end(number)
        assert queue.is_anything_waiting()
        assert queue.take_back(by=queue.WORKER) == 1
        assert queue.jobs().get(pk=number).attempts == attempt
        assert not queue.keep_alive(job)  # should the old one wake up again, it is no longer its own
    assert len(tokens) == 2
    assert queue.claim(by=queue.WORKER)
    _let_lease_end(number)
    queue.take_back(by=queue.WORKER)
    job = queue.jobs().get(pk=number)
    assert (job.state, job.problem) == (State.FAILED, "job-failed")


def test_what_a_worker_says_late_is_not_taken(people: Cast):
    number = _start(people)
    job = queue.claim(by=queue.WORKER)
    assert job is not None
    work = JobInHand(job)
    _let_lease_end(number)
    assert work_once()  # another worker
    assert look(by=people["analyst"], number=number).state == State.DONE
    assert not queue.keep_alive(job, (1, 3))
    assert work.number == number


def test_two_workers_never_have_the_same_job(people: Cast):
    numbers = {_start(people) for _ in range(6)}
    taken: list[int] = []

    def take() -> None:
        try:
            while (job := queue.claim(by=queue.WORKER)) is not None:
                taken.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(numbers)


def test_nobody_fills_the_queue(people: Cast):
    for _ in range(AT_ONCE):
        _start(people)
    with pytest.raises(Problem, match="waiting or running"):
        _start(people)
    _start(people, who="adviser")


def test_every_step_of_a_job_is_an_entry_and_its_pulse_is_none(people: Cast):
    _start(people)
    work_once()
    steps = Entry.objects.filter(subject_table="jobs_job").order_by("id").values_list("operation", "action")
    assert [action for _, action in steps] == ["jobs.start", "jobs.claim", "jobs.finish"]
    assert not Entry.objects.filter(subject_table="jobs_pulse").exists()
    assert Content.objects.filter(entry__subject_table="jobs_job").count() == 3


def _let_lease_end(number: int) -> None:
    with acting(queue.WORKER, "test"):
        queue.pulses().filter(pk=number).update(until=datetime.now(UTC) - timedelta(seconds=1))
