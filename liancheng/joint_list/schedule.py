"""Which version of the standard is in force on which day, by the adoptions known to the list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from liancheng.joint_list.cases import Judge
from liancheng.records.entries import Adoption

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """`adopted` is in order of adoption; of two adoptions for the same day, the later one counts.

    `judge_of` returns a version's judge; `initial` is the version that needs no adoption.
    """

    judge_of: Callable[[str], Judge]
    initial: str
    adopted: tuple[Adoption, ...] = ()

    def adopt(self, adoption: Adoption) -> "Schedule":
        """Returns the schedule with one more adoption: itself if that was the last one already."""
        if self.adopted and self.adopted[-1] == adoption:
            return self
        return Schedule(self.judge_of, self.initial, (*self.adopted, adoption))

    def on(self, day: date) -> Judge:
        """Returns the judge of the version in force on a day. Raises UnavailableError if that is not installed."""
        version, since = self.initial, date.min
        for adoption in self.adopted:
            if since <= adoption.from_day <= day:
                version, since = adoption.version, adoption.from_day
        return self.judge_of(version)

    def periods(self, reached: date, day: date) -> Iterator[tuple[date, date, Judge]]:
        """Yields the first and last day of each version in force from `reached` to `day`, with its judge."""
        begins = sorted({adoption.from_day for adoption in self.adopted if reached < adoption.from_day <= day})
        changes = [begin for begin in begins if self.on(begin).version != self.on(begin - _DAY).version]
        lasts = [*(change - _DAY for change in changes), day]
        for first, last in zip([reached, *changes], lasts, strict=True):
            yield first, last, self.on(first)
