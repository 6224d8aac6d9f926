"""The clerk's pages in a real Chromium: what is seen, by keyboard alone, without script, narrow, and live."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from consumers.reading.signatures import PublicKeys
from consumers.sdk import screening_proof
from tests.bank_material import alert, uscc
from tests.eventually import eventually
from tests.pages.conftest import Site, Visit, known_key
from tests.pages.material import LIGHT, LISTED, OBJECTING, REPAIRED, SCRIPT, SCRIPT_NUMBER, UNKNOWN, book
from tests.service.serving import client

BOOK = book({"K-1": LISTED, "K-2": OBJECTING, "K-3": UNKNOWN})
_TOLD = """
虚构东海示例化工有限公司
严重失信主体 自 2026-10-08 起
虚构沪示例区生态环境局 沪虚环罚〔2026〕1号
处罚决定日 2026-08-20
罚款、没收
罚款 583,000.00 元
没收 12,500.00 元
失信程度 一般
第 6 项 私设暗管
状态 公示中 active
最早可申请信用修复 2026-11-21
最后公示日 2027-08-20
沪虚认〔2026〕2号
仅供参考,并非命令
2026.1 长三角
名单完整至 2026-10-08
秒前与名单核对
第 4 次 2026-10-08 列入名单:严重失信主体
最近变动的原因: 已作出认定决定
"""
PATHS = ("/", f"/?q={LISTED.uscc}", f"/?q={LIGHT.name}", "/?q=x&as_of=2026-09-10", f"/?q={UNKNOWN.uscc}",
         "/?q=91310000MA1B001019", "/books", "/alerts", "/books/none")  # fmt: skip


def signed_in(visit: Visit) -> Visit:
    visit.sign_in()
    return visit


def upload(visit: Visit) -> None:
    visit.go("/books")
    visit.page.set_input_files("#file", {"name": "客户名单.csv", "mimeType": "text/csv", "buffer": BOOK})
    visit.page.click("main button")
    visit.page.wait_for_selector("#hits")


def text_of(visit: Visit) -> str:
    return " ".join(visit.page.inner_text("main").split())


def test_an_answer_with_all_that_belongs_to_it(visit: Visit, site: Site) -> None:
    signed_in(visit).go(f"/?q={LISTED.uscc.lower()}")
    text = text_of(visit)
    for wanted in _TOLD.strip().splitlines():
        assert wanted in text, wanted
    assert "listed" not in text.lower()
    visit.page.click("summary")
    assert "依据的可靠程度" in text_of(visit)


def test_an_objection_and_another_day(visit: Visit) -> None:
    signed_in(visit).go(f"/?q={OBJECTING.uscc}&lang=en")
    assert "candidate for the list since 2026-09-01" in text_of(visit)
    assert "open, to be decided by 2026-09-04" in text_of(visit)
    visit.page.fill("#as_of", "2026-05-10")
    visit.page.fill("#q", LISTED.uscc)
    visit.page.click("main form button")
    assert "As it stood at the end of 2026-05-10" in text_of(visit)
    assert "penalised: a penalty is published since" in text_of(visit)
    visit.go(f"/?q={REPAIRED.uscc}")
    assert "It is not on the list now" in text_of(visit)


def test_the_receipt_that_is_downloaded_proves_the_answer(visit: Visit, site: Site) -> None:
    signed_in(visit).go(f"/?q={LISTED.uscc}")
    with visit.page.expect_download() as waiting:
        visit.page.click("a[download]")
    raw = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename.startswith(f"liancheng-{LISTED.uscc}-")
    assert_proved(raw, site)
    assert json.loads(raw)["level"] == "listed"


def assert_proved(raw: bytes, site: Site) -> None:
    with client(site.settings, None) as asked:
        keys = msgspec.json.decode(asked.get("/v1/keys").content, type=PublicKeys)
    (told,) = screening_proof.read(raw, "download")
    checks = screening_proof.offline(told, keys)
    assert [check.what for check in checks] == ["signature", "answer"] and all(check.holds for check in checks), checks


def test_names_are_candidates_and_lead_to_companies(visit: Visit) -> None:
    signed_in(visit).page.fill("#q", LIGHT.name)
    visit.page.fill("#as_of", "2026-09-10")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("table")
    text = text_of(visit)
    assert "1.00 相同" in text and LISTED.name in text and "相近" in text and "规范化后完全相同" in text
    visit.page.click(f"text={LISTED.name}")
    visit.page.wait_for_selector("#company")
    assert "拟认定 自 2026-09-01 起" in text_of(visit)  # as of the day that was asked for


def test_a_name_that_is_code_is_not_run(visit: Visit) -> None:
    signed_in(visit).go(f"/?q={uscc(SCRIPT_NUMBER)}")
    assert visit.page.inner_text("#company") == SCRIPT
    assert "broken" not in visit.page.title().split(" – ")[-1]
    assert visit.page.locator("main script").count() == 0


def test_a_book_its_tables_and_its_files(visit: Visit, site: Site) -> None:
    upload(signed_in(visit))
    rows = visit.page.locator("section[aria-labelledby=hits] tbody tr")
    assert [LISTED.uscc in rows.nth(0).inner_text(), OBJECTING.uscc in rows.nth(1).inner_text()] == [True, True]
    refused = visit.page.locator("section[aria-labelledby=refused] tbody tr")
    assert [refused.nth(number).locator("th").inner_text() for number in (0, 1)] == ["7", "8"]
    with visit.page.expect_download() as waiting:
        visit.page.click("text=下载结果")
    text = waiting.value.path().read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and waiting.value.suggested_filename == "客户名单-筛查结果.csv"
    found = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [(row["行号"], row["结果"]) for row in found][:3] == [("3", "按代码"), ("4", "按代码"), ("5", "按代码")]
    assert found[0]["级别"] == "严重失信主体" and found[-2]["客户编号"] == "'=BAD"
    with visit.page.expect_download() as waiting:
        visit.page.click("text=下载答复与凭证")
    assert_proved(waiting.value.path().read_bytes(), site)


def test_a_book_is_its_banks_alone(visit: Visit, site: Site, browser: Browser) -> None:
    upload(signed_in(visit))
    path = visit.page.url.removeprefix(site.url)
    with browser.new_context() as context:
        other = Visit(context, site)
        other.sign_in(known_key(site.settings, "bank-other"))
        for part in ("", "/rows.csv", "/proof.jsonl", "/progress"):
            answer = context.request.get(site.url + path + part)
            assert answer.status == 404, part


def test_too_large_a_file_is_told_beside_its_field(visit: Visit, site: Site) -> None:
    signed_in(visit).go("/books")
    huge = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"uscc\n" + b"x" * site.settings.api_body_max}
    visit.page.set_input_files("#file", huge)
    assert "文件太大" in visit.page.inner_text("#file-said")
    visit.page.eval_on_selector("#file", "input => input.setCustomValidity('')")
    with visit.page.expect_navigation():
        visit.page.click("main button")
    assert "文件太大" in visit.page.inner_text("#file-wrong")
    assert "file-wrong" in (visit.page.get_attribute("#file", "aria-describedby") or "")
    assert visit.errors and "400" in visit.errors.pop()


def test_a_file_is_dropped(visit: Visit) -> None:
    signed_in(visit).go("/books")
    visit.page.evaluate(
        """text => { const held = new DataTransfer();
        held.items.add(new File([text], "拖来.csv", { type: "text/csv" }));
        const dropped = new DragEvent("drop", { dataTransfer: held, cancelable: true });
        document.querySelector("[data-drop]").dispatchEvent(dropped); }""",
        f"uscc\n{LISTED.uscc}\n",
    )
    assert "拖来.csv" in visit.page.inner_text("#file-said")
    visit.page.click("main button")
    visit.page.wait_for_selector("#hits")
    assert LISTED.name in text_of(visit)


def test_alerts_come_live_each_once_and_after_a_break_go_on(visit: Visit, site: Site) -> None:
    site.alerts.all[:] = [alert(1)]
    signed_in(visit).go("/alerts")
    items = visit.page.locator(".alerts li")
    eventually(lambda: items.count() == 1, what="the alert is there")
    site.alerts.all.append(alert(2))
    eventually(lambda: items.count() == 2, what="the second one came")
    assert "第 2 号" in items.nth(0).inner_text() and "K-17 (担保人)" in items.nth(0).inner_text()
    said = visit.page.locator("[aria-live=polite][data-news]")
    eventually(lambda: "新预警" in (said.text_content() or ""), what="it is announced")
    site.alerts.cut()
    site.alerts.all.append(alert(3))
    eventually(lambda: items.count() == 3, what="it went on")
    assert site.alerts.asked_after[-1] == "2"
    visit.errors[:] = [error for error in visit.errors if "ERR_INCOMPLETE_CHUNKED_ENCODING" not in error]


def test_signing_out_ends_the_stream(visit: Visit, site: Site, browser: Browser) -> None:
    signed_in(visit).go("/alerts")
    eventually(lambda: "已连接" in visit.page.inner_text("[data-state]"), what="it is connected")
    other = visit.context.new_page()
    other.goto(site.url + "/")
    other.click("header form button")
    eventually(lambda: "已结束" in visit.page.inner_text("[data-state]"), what="the stream ended")
    visit.errors[:] = [error for error in visit.errors if "401" not in error]


def focused(visit: Visit) -> str:
    return str(visit.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_by_keyboard_alone(visit: Visit, site: Site) -> None:
    keys = visit.page.keyboard
    visit.go("/sign-in")
    assert focused(visit) == "key"
    keys.type(site.key)
    keys.press("Enter")
    visit.page.wait_for_url(site.url + "/")
    assert focused(visit) == "q"
    keys.type(LISTED.uscc)
    keys.press("Enter")
    visit.page.wait_for_selector("#company")
    seen = []
    for _ in range(40):
        keys.press("Tab")
        seen.append(focused(visit))
        ring = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or seen[-1] in ("", "联惩"), f"no focus is seen on {seen[-1]}"
        if "下载答复与凭证(JSON)" in seen[-1]:
            break
    assert seen[0] == "跳到主要内容"
    order = [seen.index(one) for one in ("查询企业", "批量筛查", "实时预警", "English", "退出", "q", "as_of", "查询")]
    assert order == sorted(order)
    summary = next(one for one in seen if one.startswith("为什么"))
    assert seen.index("查询") < seen.index(summary) < len(seen) - 1
    with visit.page.expect_download():
        keys.press("Enter")
    controls = visit.page.locator("a[href], button, input:not([type=hidden]), summary")
    assert controls.count() <= len({one for one in seen if one}) + 1
    visit.page.focus("summary")
    keys.press("Enter")
    assert visit.page.get_attribute("details", "open") is not None
    visit.go("/")
    visit.page.focus(".skip")
    keys.press("Enter")
    assert focused(visit).startswith("查询企业") or focused(visit) == "main"


def test_without_script(browser: Browser, site: Site) -> None:
    with browser.new_context(locale="zh-CN", java_script_enabled=False, accept_downloads=True) as context:
        visit = signed_in(Visit(context, site))
        visit.go(f"/?q={LISTED.uscc}")
        assert "严重失信主体" in text_of(visit)
        upload(visit)
        assert LISTED.uscc in text_of(visit)
        visit.go("/alerts")
        assert "需要 JavaScript" in text_of(visit)
        visit.page.click("text=退出")
        assert "您已退出" in text_of(visit)


_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_IN_THE_DARK = (f"/?q={LISTED.uscc}", f"/?q={LIGHT.name}", "/?q=91310000MA1B001019", "/alerts")


@pytest.mark.parametrize(
    ("window", "paths", "rules"),
    [
        ({"locale": "zh-CN", "color_scheme": "light"}, PATHS, _RULES),
        ({"locale": "en-GB", "color_scheme": "dark"}, _IN_THE_DARK, ["color-contrast"]),
    ],
    ids=["Chinese, light", "English, dark"],
)
def test_no_fault_that_axe_finds(
    browser: Browser, site: Site, window: dict[str, Any], paths: tuple[str, ...], rules: list[str]
) -> None:
    """WCAG 2.2 A and AA, contrast among them; and at 320 px (a window of 640 at 200 %) nothing is wider than it."""
    site.alerts.all[:] = [alert(1)]
    with browser.new_context(bypass_csp=True, **window) as context:
        visit = Visit(context, site)
        visit.go("/sign-in")
        faults = _faults(visit, rules, "/sign-in")
        visit.sign_in()
        for path in paths:
            visit.go(path)
            if path == "/alerts":
                visit.page.wait_for_selector(".alerts li")
            for summary in visit.page.locator("summary").all():
                summary.click()
            faults += _faults(visit, rules, path)
        upload(visit)
        faults += _faults(visit, rules, "a book")
    assert not faults, "\n".join(faults)


def _faults(visit: Visit, rules: list[str], where: str) -> list[str]:
    found = Axe().run(visit.page, options={"runOnly": rules}).response["violations"]
    nodes = ((one["id"], node) for one in found for node in one["nodes"])
    faults = [f"{where}: {id_}: {node['target']} {node['failureSummary']}" for id_, node in nodes]
    visit.page.set_viewport_size({"width": 320, "height": 640})
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    visit.page.set_viewport_size({"width": 1100, "height": 800})
    return faults + ([f"{where}: {wide} px wide at 320"] if wide > 320 else [])


def test_pictures_of_it(browser: Browser, site: Site, tmp_path: Path) -> None:
    """For eyes: pytest keeps them in its temporary directory."""
    for name, locale, scheme, width in (("zh", "zh-CN", "light", 1100), ("en", "en-GB", "dark", 420)):
        size: Any = {"width": width, "height": 800}
        with browser.new_context(locale=locale, color_scheme=scheme, viewport=size) as context:  # type: ignore[arg-type]
            visit = signed_in(Visit(context, site))
            visit.go(f"/?q={LISTED.uscc}")
            visit.shoot(tmp_path / f"{name}-company.png")
            upload(visit)
            visit.shoot(tmp_path / f"{name}-book.png")
    assert len(list(tmp_path.glob("*.png"))) == 4
