"""Long work as rows: shared by its askers, held by one worker, resumed after a death, ended with what it came to."""

import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import Column, MetaData, String, Table, create_engine, insert, select, text, update

from services.runtime.hosting.jobs import JobWorker
from services.runtime.hosting.resources import Resources
from services.runtime.jobs import job_queue, job_views
from services.runtime.jobs.job_queue import LeaseLost
from services.runtime.jobs.job_table import JOB, job_table
from services.runtime.refusals import Refusal
from services.runtime.settings import RuntimeSettings
from services.runtime.storage.database import Database
from tests.waiting import wait_until

METADATA = MetaData()
job_table(METADATA)
NOTES = Table("note", METADATA, Column("text", String(100), primary_key=True))
LEASE = timedelta(seconds=60)
OVER = timedelta(seconds=-1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/jobs.sqlite", "ballot")
        METADATA.create_all(made.engine)
        yield made
        made.dispose()
        return
    port, name = request.getfixturevalue("postgresql").port, f"jobs_{uuid.uuid4().hex}"
    server = create_engine(f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(f"postgresql+psycopg2://postgres@127.0.0.1:{port}/{name}", "ballot")
    METADATA.create_all(made.engine)
    yield made
    made.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def ask(database, subject="roll", kind="count", **request):
    with database.transaction() as session:
        return job_queue.ask(session, kind, subject, request)


def look(database, job):
    with database.reading() as session:
        return job_views.look(session, job)


def claim(database, lease=LEASE, kinds=("count",)):
    with database.transaction() as session:
        return job_queue.claim(session, kinds, worker="here", lease=lease)


def worker(database, work, seconds=60.0):
    settings = RuntimeSettings(job_lease_seconds=seconds)
    return JobWorker(Resources("ballot", settings, database, None), {"count": work})


def notes(database):
    with database.reading() as session:
        return sorted(session.scalars(select(NOTES.c.text)))


def simultaneously(times, action):
    outcomes, barrier = [], threading.Barrier(times)

    def run():
        barrier.wait(60)
        outcomes.append(action())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


def test_two_askers_share_one_job_and_the_next_one_gets_another(database):
    first = ask(database, voters=3)
    assert ask(database) == first
    assert ask(database, subject="another roll") != first
    assert worker(database, lambda resources, job: {"voters": job.request["voters"]}).step()
    assert look(database, first).result == {"voters": 3}
    assert ask(database, voters=4) != first


def test_many_askers_at_once_share_one_job(database):
    assert len(set(simultaneously(8, lambda: ask(database)))) == 1


def test_one_job_is_claimed_once_however_many_workers_look(database):
    ask(database)
    claims = simultaneously(8, lambda: claim(database))
    assert len([one for one in claims if one is not None]) == 1


def test_workers_take_only_their_own_kinds_oldest_first(database):
    first = ask(database, subject="a")
    ask(database, subject="b")
    ask(database, subject="a", kind="other")
    assert claim(database).id == first
    assert claim(database, kinds=("other",)).kind == "other"
    assert claim(database, kinds=("other",)) is None


def test_a_refusal_reaches_every_asker(database):
    job = ask(database)

    def work(_resources, _job):
        raise Refusal("roll_invalid", total=2)

    worker(database, work).step()
    for _ in range(2):
        with pytest.raises(Refusal) as caught:
            look(database, job)
        assert (caught.value.code, caught.value.details) == ("roll_invalid", {"total": 2})


def test_an_unknown_job_is_refused(database):
    with pytest.raises(Refusal) as caught:
        look(database, str(uuid.uuid4()))
    assert caught.value.code == "job_unknown"


def test_an_error_is_tried_again_after_a_pause_and_put_aside_in_the_end(database):
    job = ask(database)

    def work(_resources, _job):
        raise RuntimeError("a sentence that could repeat a secret")

    one = worker(database, work)
    for attempt in range(1, job_queue.MOST_ATTEMPTS + 1):
        assert one.step()
        seen = look(database, job)
        assert (seen.attempts, seen.reason) == (attempt, "RuntimeError")
        if attempt < job_queue.MOST_ATTEMPTS:
            assert seen.state == "waiting"
        with database.transaction() as session:
            (row,) = session.execute(select(JOB)).all()
            assert attempt == job_queue.MOST_ATTEMPTS or row.next_attempt_at > row.changed_at, "no hot loop"
            session.execute(update(JOB).values(next_attempt_at=row.asked_at))
    assert look(database, job).state == "failed"
    assert not one.step()
    assert ask(database) != job, "asking again is how an operator has it tried again"


def test_a_job_that_kills_its_workers_is_put_aside(database):
    job = ask(database)
    for _ in range(job_queue.MOST_ATTEMPTS):
        assert claim(database, lease=OVER) is not None
    assert claim(database) is None
    assert (look(database, job).state, look(database, job).reason) == ("failed", "worker_died")


def test_getting_further_begins_the_attempts_anew(database):
    ask(database)
    for _ in range(2 * job_queue.MOST_ATTEMPTS):
        claimed = claim(database, lease=OVER)
        with database.transaction() as session:
            job_queue.confirm(session, claimed, lease=OVER, position="further")
    assert claim(database).position == "further"


def test_a_worker_that_lost_its_lease_changes_nothing_more(database):
    job = ask(database)
    slow = claim(database, lease=OVER)
    quick = claim(database)
    with pytest.raises(LeaseLost), database.transaction() as session:
        session.execute(insert(NOTES).values(text="by the slow one"))
        job_queue.confirm(session, slow, lease=LEASE)
    with pytest.raises(LeaseLost), database.transaction() as session:
        job_queue.finish(session, slow, {"by": "slow"})
    with database.transaction() as session:
        session.execute(insert(NOTES).values(text="by the quick one"))
        job_queue.confirm(session, quick, lease=LEASE)
        job_queue.finish(session, quick, {"by": "quick"})
    assert notes(database) == ["by the quick one"]
    assert look(database, job).result == {"by": "quick"}


def test_two_workers_of_one_job_do_not_double_its_work(database):
    """The lease of the first is over before it is done: the second does the work, and the first notices."""
    ask(database)
    second_is_done = threading.Event()
    both = []

    def work(_resources, job):
        both.append(job)
        if len(both) == 1:
            assert second_is_done.wait(60)
        with database.transaction() as session:
            session.execute(insert(NOTES).values(text=f"note {len(notes(database))}"))
            job.confirm(session)
        return {}

    first = threading.Thread(target=worker(database, work).step)
    first.start()
    wait_until(lambda: both, 60)
    with database.transaction() as session:
        session.execute(update(JOB).values(leased_until=JOB.c.asked_at))
    assert worker(database, work).step()
    second_is_done.set()
    first.join(60)
    assert notes(database) == ["note 0"]


def test_the_lease_is_renewed_while_the_work_goes_on(database):
    job = ask(database)
    goes_on, may_end = threading.Event(), threading.Event()

    def work(_resources, running):
        goes_on.set()
        assert may_end.wait(60)
        return {}

    thread = threading.Thread(target=worker(database, work, seconds=3).step)
    thread.start()
    assert goes_on.wait(60)

    def leased_until():
        with database.reading() as session:
            return session.scalar(select(JOB.c.leased_until))

    begun = leased_until()
    wait_until(lambda: leased_until() > begun, 60)
    may_end.set()
    thread.join(60)
    assert look(database, job).state == "done"


def test_progress_is_seen_with_an_estimate_of_what_is_left(database):
    job = ask(database)
    seen = []

    def wait_for(step, done):
        return wait_until(lambda: (view := look(database, job)).step == step and view.done == done and view, 60)

    def work(_resources, running):
        running.report("counting", 0, 100)
        assert wait_for("counting", 0).remaining_seconds is None
        running.report("counting", 50, 100)
        seen.append(wait_for("counting", 50))
        running.report("sorting")
        seen.append(wait_for("sorting", None))
        return {}

    worker(database, work).step()
    assert seen[0].remaining_seconds is not None
    assert (seen[0].done, seen[0].total, seen[0].state) == (50, 100, "running")
    assert (seen[1].total, seen[1].remaining_seconds) == (None, None)


def test_reports_in_a_long_transaction_do_not_wait_for_it(database):
    """SQLite has one writer: a report that wrote by itself would wait for the transaction that it is made in."""
    ask(database)

    def work(resources, running):
        with resources.database.transaction() as session:
            session.execute(insert(NOTES).values(text="long"))
            for done in range(1000):
                running.report("counting", done, 1000)
            running.confirm(session)
        return {}

    assert worker(database, work).step()
    assert notes(database) == ["long"]


def test_a_worker_told_to_stop_gives_its_job_back_at_once(database):
    job = ask(database)

    def work(_resources, running):
        while True:
            one.stop()
            running.report("counting")

    one = worker(database, work)
    one.step()
    assert (look(database, job).state, look(database, job).attempts) == ("waiting", 0)
    assert not one.step(), "it takes no other"
    assert claim(database) is not None


def test_the_list_shows_what_runs_first(database):
    done = ask(database, subject="done")
    worker(database, lambda *_: {}).step()
    waiting = ask(database, subject="waiting")
    ask(database, subject="later")
    worker(database, lambda *_: {}).step()  # the oldest: "waiting"
    with database.reading() as session:
        listed = [(view.subject, view.state) for view in job_views.listed(session).jobs]
    assert listed == [("later", "waiting"), ("waiting", "done"), ("done", "done")]
    assert done != waiting
