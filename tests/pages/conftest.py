"""A region, its view, the service with its pages, and a real Chromium, once for all tests of pages."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from consumers.view.filler import Filler
from liancheng.settings import Settings
from tests.eventually import eventually
from tests.local_broker import running_broker, settings_of
from tests.local_valkey import running_valkey, with_view
from tests.pages.material import publish
from tests.pages.service import Alerts, serving
from tests.service.serving import client, new_key, with_api
from tests.view.material import await_current
from transport import admin

BANK = "bank-pages"


class Site(NamedTuple):
    settings: Settings
    url: str
    key: str
    alerts: Alerts


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("pages")
    with running_broker(home) as broker, running_valkey(home) as valkey:
        settings = with_api(with_view(settings_of(broker, home), valkey), home)
        admin.ensure_shared_topics(settings)
        publish(settings)
        alerts = Alerts()
        with Filler(settings):
            await_current(settings)
            with serving(settings, alerts):
                yield Site(settings, settings.api_url, known_key(settings, BANK), alerts)


def known_key(settings: Settings, bank: str) -> str:
    """A new key of a bank, which the service knows."""
    key = new_key(settings, bank)
    with client(settings, key) as asked:
        eventually(lambda: asked.get("/v1/companies/x").status_code == 400, what="the key is known")
    return key


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright downloads none."""
    found = shutil.which("chromium")
    assert found, "chromium is missing (Debian: apt-get install chromium fonts-noto-cjk)"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


class Visit:
    """One browser window. Everything that it asks for is written down, and so is every error of its console."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8000)
        self.requests: list[Request] = []
        self.errors: list[str] = []
        context.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - a method of list has no place for its mark
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self, key: str | None = None) -> None:
        self.go("/sign-in")
        self.page.fill("#key", key or self.site.key)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.site.url + "/")

    def shoot(self, path: Path) -> None:
        self.page.screenshot(path=path, full_page=True)


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """A window in Chinese, nobody signed in. At its end: it asked nobody but this host, and broke nothing."""
    with browser.new_context(locale="zh-CN", accept_downloads=True) as context:
        made = Visit(context, site)
        yield made
        elsewhere = [one.url for one in made.requests if not one.url.startswith((site.url + "/", "data:", "blob:"))]
        assert not elsewhere, f"asked elsewhere: {elsewhere}"
        assert not made.errors, made.errors
