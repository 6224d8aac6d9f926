"""An answer belongs to the position beside it, and a view that is too old refuses."""

import asyncio
import re
import time
from pathlib import Path

import pytest
import redis

from consumers.view import layout
from consumers.view.filler import Filler
from consumers.view.layout import LAYOUT, PartitionState, ViewHead
from consumers.view.reader import AsyncView, StaleViewError, View
from liancheng import codec
from liancheng.errors import UnavailableError, UndigestibleError, WrongUseError
from liancheng.settings import Settings
from supervision.valkey import Valkey
from tests.bank_material import entry, uscc
from tests.eventually import eventually
from tests.view.material import await_current


def fresh() -> PartitionState:
    return PartitionState(offset=1, current_ms=int(time.time() * 1000))


def put(settings: Settings, head: ViewHead, **entries: bytes) -> None:
    with redis.Redis.from_url(settings.redis_url) as client:
        client.hset(layout.KEY, mapping={"#": layout.encode(head)} | entries)


def head(*parts: PartitionState) -> ViewHead:
    return ViewHead(layout=LAYOUT, generation="g", source="t", parts=parts)


def test_one_and_many_sync_and_async(viewed: Settings) -> None:
    asked = [uscc(number) for number in range(10_000)]

    async def awaited() -> None:
        view = AsyncView(viewed)
        assert (await view.entries([uscc(7)])).entry(uscc(7)) == entry(7, "listed", 2)
        assert (await view.entries(asked)).raw == raw
        assert not (await view.check_fresh()).rebuilding
        await view.close()
        stale = AsyncView(viewed.model_copy(update={"view_max_age_s": -1}))
        with pytest.raises(StaleViewError):
            await stale.check_fresh()
        await stale.close()

    with Filler(viewed), View(viewed) as view:
        await_current(viewed)
        assert view.entry(uscc(7)).entry == entry(7, "listed", 2)
        assert view.entry(uscc(50)).entry is None
        raw = view.entries(asked).raw
        assert list(raw) == asked
        answer = view.entries(asked)
        assert answer.entries()[uscc(7)] == entry(7, "listed", 2)
        assert sum(value is not None for value in raw.values()) >= 580
        with pytest.raises(WrongUseError, match="10,001 companies in one request"):
            view.entries([*asked, uscc(10_000)])
        asyncio.run(awaited())


def test_an_empty_view_refuses(viewed: Settings) -> None:
    with View(viewed) as view:
        assert view.position().generation is None
        with pytest.raises(StaleViewError, match="the view is not filled") as refused:
            view.entry(uscc(1))
    assert (refused.value.age_s, refused.value.rebuilding, refused.value.limit_s) == (None, True, 30)


def test_a_view_that_is_being_filled_refuses(viewed: Settings) -> None:
    put(viewed, head(fresh(), PartitionState(offset=1, target=3)))
    with View(viewed) as view, pytest.raises(StaleViewError, match=r"is being filled \(33%\)") as refused:
        view.entries([])
    assert refused.value.rebuilding


def test_a_view_that_was_never_seen_at_the_end_refuses(viewed: Settings) -> None:
    put(viewed, head(fresh(), PartitionState(offset=1)))
    with View(viewed) as view, pytest.raises(StaleViewError, match="of unknown age"):
        view.entry(uscc(1))


def test_a_view_that_nobody_fills_grows_old_and_refuses(viewed: Settings) -> None:
    with View(viewed, max_age_s=3) as view:
        with Filler(viewed):
            await_current(viewed)
            assert view.entry(uscc(7)).entry
        eventually(lambda: (view.position().age_s or 0) > 3, timeout_s=30)
        with pytest.raises(StaleViewError, match=r"s old, 3 s are allowed") as refused:
            view.entry(uscc(7))
        assert refused.value.limit_s == 3
        assert refused.value.age_s
        assert refused.value.age_s > 3
        assert not refused.value.rebuilding
        assert view.unchecked([uscc(7)]).entry(uscc(7))
        with Filler(viewed):
            eventually(lambda: view.entry(uscc(7)).entry)


def test_a_clock_that_was_put_back_makes_no_young_view(viewed: Settings) -> None:
    put(viewed, head(PartitionState(offset=1, current_ms=int(time.time() * 1000) + 60_000)))
    with View(viewed) as view, pytest.raises(StaleViewError, match="of unknown age"):
        view.entry(uscc(1))


def test_a_head_of_another_layout_is_no_view(viewed: Settings) -> None:
    put(viewed, ViewHead(layout=LAYOUT + 1, generation="g", source="t", parts=(fresh(),)))
    with View(viewed) as view, pytest.raises(StaleViewError, match="not filled"):
        view.entry(uscc(1))


def test_an_entry_that_is_none_is_named(viewed: Settings) -> None:
    put(viewed, head(fresh()), **{uscc(1): b"{}"})
    with View(viewed) as view, pytest.raises(UndigestibleError, match=uscc(1)):
        view.entry(uscc(1))


def test_no_redis_is_one_line_without_the_password(viewed: Settings, valkey: Valkey) -> None:
    secret = viewed.model_copy(update={"redis_url": f"redis://user:geheim@{valkey.address}/0"})
    assert "geheim" not in repr(secret)
    with View(secret) as view:
        with pytest.raises(UnavailableError, match="the login was refused") as refused:
            view.position()
        assert "geheim" not in str(refused.value)
        valkey.kill()
        with pytest.raises(UnavailableError, match=f"no Redis answers at redis://{valkey.address}/0: ") as absent:
            view.position()
        assert "geheim" not in str(absent.value)


def test_a_url_of_another_kind_is_named_by_its_setting(viewed: Settings) -> None:
    with pytest.raises(WrongUseError, match="LIANCHENG_REDIS_URL: expected redis://") as refused:
        View(viewed.model_copy(update={"redis_url": "http://u:geheim@x"}))
    assert "geheim" not in str(refused.value)


def test_the_rights_that_the_handbook_gives_are_enough_and_not_more(viewed: Settings, valkey: Valkey) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    rules = dict(re.findall(r"^user (\w+) on >\S+ (.*)$", text, re.MULTILINE))
    with redis.Redis.from_url(viewed.redis_url) as client:
        for name, rule in rules.items():
            client.execute_command("ACL", "SETUSER", name, "on", ">pw", *rule.split())
        client.execute_command("ACL", "SETUSER", "default", "off")
    filler, screening = (
        viewed.model_copy(update={"redis_url": f"redis://{name}:pw@{valkey.address}/0"})
        for name in ("filler", "screening")
    )
    with Filler(filler):
        await_current(screening)
    with redis.Redis.from_url(screening.redis_url) as client:
        for forbidden in (
            ("HSET", layout.KEY, "#", "x"),
            ("GET", "another"),
            ("FLUSHALL",),
            ("KEYS", "*"),
            ("CLIENT", "PAUSE", "9"),
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*forbidden)
    with View(screening) as view:
        assert codec.encode(view.unchecked([uscc(7)]).entry(uscc(7))) == codec.encode(entry(7, "listed", 2))
