"""Signing in and out, and all that keeps a session to whom it belongs. Over plain HTTP, as a browser sends it."""

from datetime import timedelta

import httpx
import pytest

from consumers.reading import register
from service.pages import sessions
from tests.bank_material import uscc
from tests.eventually import eventually
from tests.pages.conftest import Site, known_key
from tests.pages.material import LISTED, SCRIPT_NUMBER


@pytest.fixture
def clerk(site: Site) -> httpx.Client:
    headers = {"Accept": "text/html", "Origin": site.url, "Accept-Language": "en"}
    return httpx.Client(base_url=site.url, headers=headers, timeout=20)


def signed_in(clerk: httpx.Client, key: str) -> httpx.Response:
    answer = clerk.post("/sign-in", data={"key": key})
    assert answer.status_code == 303, answer.text
    return answer


def csrf(clerk: httpx.Client) -> str:
    return clerk.get("/").text.split('name="csrf" value="')[1].split('"')[0]


def test_the_cookie_is_out_of_reach_and_holds_no_key(clerk: httpx.Client, site: Site) -> None:
    cookie = signed_in(clerk, site.key).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie and "domain" not in cookie
    assert "expires" not in cookie and "max-age" not in cookie  # it goes with the browser
    secret = site.key.rsplit("_", 1)[1]
    assert secret not in cookie and secret.encode().hex() not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(clerk: httpx.Client, site: Site) -> None:
    answer = clerk.post("/sign-in", data={"key": site.key}, headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["set-cookie"].startswith("__Host-liancheng=") and "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "x", "lc_bank-pages_00000000_" + "0" * 64])
def test_a_wrong_key_is_told_beside_its_field(clerk: httpx.Client, key: str) -> None:
    answer = clerk.post("/sign-in", data={"key": key})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert 'aria-invalid="true"' in answer.text and 'id="key-wrong"' in answer.text


@pytest.mark.parametrize("path", ["/", f"/?q={LISTED.uscc}", "/books", "/books/x", "/books/x/rows.csv", "/alerts"])
def test_nothing_is_shown_to_who_is_not_signed_in(clerk: httpx.Client, path: str) -> None:
    answer = clerk.get(path)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    assert LISTED.name not in answer.text


def test_a_cookie_that_was_changed_or_is_old_is_none(
    clerk: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(clerk, site.key)
    good = clerk.cookies["liancheng"]
    changed = httpx.Client(base_url=site.url, cookies={"liancheng": "8" + good[1:]})
    assert changed.get("/", headers={"Accept": "text/html"}).headers["location"] == "/sign-in?why=ended.time"
    monkeypatch.setattr(sessions, "IDLE_S", -1)
    assert clerk.get("/").headers["location"] == "/sign-in?why=ended.time"
    monkeypatch.undo()
    monkeypatch.setattr(sessions, "MOST_S", 0)
    clerk.cookies.set("liancheng", good)
    assert clerk.get("/").headers["location"] == "/sign-in?why=ended.time"


def test_signed_out_is_signed_out_also_for_who_kept_the_cookie(clerk: httpx.Client, site: Site) -> None:
    signed_in(clerk, site.key)
    kept = clerk.cookies["liancheng"]
    assert clerk.post("/sign-out", data={"csrf": csrf(clerk)}).status_code == 303
    assert "liancheng" not in clerk.cookies
    clerk.cookies.set("liancheng", kept)
    assert clerk.get("/").status_code == 303


def test_a_key_that_ends_signs_out(clerk: httpx.Client, site: Site) -> None:
    signed_in(clerk, known_key(site.settings, "bank-ending"))
    assert clerk.get("/").status_code == 200
    register.rotate_key(site.settings, "bank-ending", timedelta(0))
    ended = eventually(lambda: (answer := clerk.get("/")).status_code == 303 and answer, what="the old key is refused")
    assert ended.headers["location"] == "/sign-in?why=ended.key"


def test_forms_from_elsewhere_are_refused(clerk: httpx.Client, site: Site) -> None:
    assert clerk.post("/sign-in", data={"key": site.key}, headers={"Origin": "https://else.example"}).status_code == 400
    assert clerk.post("/sign-in", data={"key": site.key}, headers={"Origin": "null"}).status_code == 400
    signed_in(clerk, site.key)
    assert clerk.post("/sign-out", data={"csrf": "x"}).status_code == 400
    files = {"file": ("a.csv", b"uscc\n" + LISTED.uscc.encode())}
    assert clerk.post("/books", files=files).status_code == 400
    assert clerk.get("/").status_code == 200


def test_a_key_without_the_scope_is_told_so(clerk: httpx.Client, site: Site) -> None:
    register.add_bank(site.settings, "bank-watching")
    _, key = register.rotate_key(site.settings, "bank-watching", scopes=("watch",))
    eventually(lambda: clerk.post("/sign-in", data={"key": key}).status_code == 303, what="the key is known")
    assert clerk.get("/").status_code == 403
    assert clerk.get("/alerts").status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/", "/books", "/alerts", "/books/none", "/static/page.js"])
def test_headers_that_keep_a_page_safe(clerk: httpx.Client, site: Site, path: str) -> None:
    signed_in(clerk, site.key)
    headers = clerk.get(path, follow_redirects=True).headers
    assert headers["x-content-type-options"] == "nosniff"
    if path.startswith("/static"):
        return
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "same-origin" and headers["cache-control"] == "no-store"


def test_a_name_that_is_code_is_only_a_name(clerk: httpx.Client, site: Site) -> None:
    signed_in(clerk, site.key)
    text = clerk.get(f"/?q={uscc(SCRIPT_NUMBER)}").text
    assert "&lt;script&gt;" in text and "<script>document" not in text and "<b>" not in text
    asked = clerk.get("/", params={"q": '"><script>x</script>'}).text
    assert "<script>x" not in asked


def test_the_language(clerk: httpx.Client, site: Site) -> None:
    assert '<html lang="en">' in clerk.get("/sign-in").text
    assert '<html lang="zh-CN">' in clerk.get("/sign-in", headers={"Accept-Language": "fr, de;q=0.5"}).text
    assert '<html lang="zh-CN">' in clerk.get("/sign-in", headers={"Accept-Language": "en;q=0.1, zh;q=0.9"}).text
    assert '<html lang="zh-CN">' in clerk.get("/sign-in?lang=zh").text
    assert '<html lang="zh-CN">' in clerk.get("/sign-in").text  # remembered
