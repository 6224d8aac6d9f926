"""Live alerts of the bank's own topic, in the browser: the newest are there, the next one comes."""

from pathlib import Path

from playwright.sync_api import Browser

from liancheng import codec
from liancheng.records import topics
from tests.bank_material import alert
from tests.eventually import eventually
from tests.pages.conftest import Site, Visit, known_key
from tests.pages.service import serving
from tests.service.serving import with_api
from transport.clients import producer

BANK = "bank-live"


def send(site: Site, *numbers: int) -> None:
    client = producer(site.settings)
    for number in numbers:
        client.produce(topics.BANK_ALERTS.named(BANK), codec.encode(alert(number, BANK)), b"x", 0)
    assert client.flush(20) == 0


def test_the_page_shows_the_banks_newest_alerts_and_each_that_comes(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    settings = with_api(site.settings, tmp_path)
    with serving(settings, None):
        key = known_key(settings, BANK)
        send(site, *range(1, 31))
        own = site._replace(settings=settings, url=settings.api_url, key=key)
        with browser.new_context(locale="zh-CN") as context:
            visit = Visit(context, own)
            visit.sign_in()
            visit.go("/alerts")
            items = visit.page.locator(".alerts li")
            eventually(lambda: items.count() == 20, what="the last twenty are there")
            send(site, 31)
            eventually(lambda: items.count() == 21, what="the next one comes")
            assert "31" in visit.page.locator(".alerts").inner_text()
            assert not visit.errors
