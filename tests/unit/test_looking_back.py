"""What the list said then: replayed so far, and equal to what it said."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from liancheng import codec
from liancheng.days import day_of
from liancheng.joint_list import fold, history
from liancheng.joint_list.history import Moment
from liancheng.joint_list.schedule import Schedule
from liancheng.records.entries import Entry
from liancheng.records.facts import NewDay, Penalty, StandardAdopted
from tests.unit.lives import FIRST, JUDGE, LAST, USCC, ShortPeriods, lives, noon, snapshots, told
from tests.unit.test_list_partition import adopted, day, run, subjects

LONG = ShortPeriods(version="test.2", days=20, by_rule=True)
SCHEDULE = Schedule({"test.1": JUDGE, "test.2": LONG}.__getitem__, "test.1")
MIDNIGHT = timedelta(hours=-8)


def day_by_day(heard: list[tuple[Penalty, datetime]]) -> list[tuple[Penalty, datetime]]:
    """The log of a system that runs: each day is announced as it begins, between what came before and after it."""
    begun = FIRST - timedelta(1)
    log: list[tuple[Penalty, datetime]] = []
    for penalty, at in heard:
        while begun < day_of(at):
            begun += timedelta(1)
            log.append((NewDay(day=begun), datetime(begun.year, begun.month, begun.day, tzinfo=UTC) + MIDNIGHT))
        log.append((penalty, at))
    return log


def accepted(penalty: Penalty) -> datetime:
    return history._known_since(penalty, noon(FIRST))


@settings(deadline=None, max_examples=60)
@given(lives(), st.integers(0, 45), st.integers(0, 45))
def test_a_day_shows_what_the_list_said_at_its_end(life, number: int, adopted_on: int):  # type: ignore[no-untyped-def]
    turns = [number for number, document in enumerate(life.documents) for _ in document]
    heard = sorted(((p, accepted(p)) for p in life.in_order(turns)), key=lambda pair: pair[1])
    adoption = StandardAdopted(version="test.2", from_day=FIRST + timedelta(adopted_on))
    log = day_by_day([(adoption, noon(FIRST)), *heard])
    day = FIRST + timedelta(number)
    said: Entry | None = None
    so_far = [(penalty, at) for penalty, at in log if day_of(at) <= day]
    said = history.replay(so_far, USCC, Moment(LAST - timedelta(400)), SCHEDULE).entry  # nothing was known then
    assert said is None
    expected = history.replay(so_far, USCC, Moment(day), SCHEDULE).entry
    assert history.replay(log, USCC, Moment(day), SCHEDULE).entry == expected


def test_what_was_known_then_and_what_will_be():
    decided, revoked = snapshots("d1", [told("decision", FIRST), told("revocation", FIRST + timedelta(5))])
    log = day_by_day([(decided, noon(FIRST)), (revoked, noon(FIRST + timedelta(5)))])

    def level(day: int, known_at: datetime | None = None) -> str:
        entry = history.replay(log, USCC, Moment(FIRST + timedelta(day), known_at), SCHEDULE).entry
        return entry.level if entry else "none"

    assert level(-1) == "none"
    assert [level(0), level(4), level(5)] == ["penalised", "penalised", "clear"]
    assert level(5, noon(FIRST + timedelta(4))) == "penalised"  # the revocation was not known yet
    assert level(11, noon(FIRST + timedelta(4))) == "clear"  # and by then it would have expired by itself
    entry = history.replay(log[:2], USCC, Moment(LAST), SCHEDULE).entry
    assert entry and entry.day == FIRST + timedelta(11)
    assert fold.pass_days(entry, LAST, JUDGE) == ()


def test_every_entry_that_the_list_wrote_is_made_again_byte_for_byte() -> None:
    """What a receipt of a screening is held to."""
    values = [
        day(FIRST),
        *subjects(9),
        adopted("test.2", FIRST + timedelta(4)),
        day(FIRST + timedelta(3)),
        adopted("test.1", FIRST + timedelta(7)),
        day(FIRST + timedelta(9)),
        day(LAST),
    ]
    written, _ = run(values)
    usccs = {key.decode() for key, _ in subjects(9)}
    for uscc in usccs:
        heard = [(value, noon(FIRST)) for key, value in values if key.decode() not in usccs - {uscc}]
        made = history.entries(heard, uscc, SCHEDULE)  # type: ignore[arg-type]
        assert [codec.encode(entry) for entry in made] == [one.value for one in written if one.key == uscc.encode()]
