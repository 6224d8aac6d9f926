"""Temporary looks."""
import os
from pathlib import Path
from tests.pages.conftest import Visit
from tests.pages.material import LISTED, OBJECTING, LIGHT, UNKNOWN, REPAIRED, SCRIPT_NUMBER, book
from tests.bank_material import alert, uscc

OUT = Path(os.environ.get("SHOTS", "/tmp/pgshots"))

def test_shots(visit: Visit, browser, site) -> None:
    OUT.mkdir(exist_ok=True)
    for name, options in {
        "zh": dict(locale="zh-CN", viewport={"width": 1100, "height": 800}),
        "en-dark": dict(locale="en-GB", color_scheme="dark", viewport={"width": 1100, "height": 800}),
        "zh-320": dict(locale="zh-CN", viewport={"width": 320, "height": 640}),
    }.items():
        with browser.new_context(**options) as context:
            v = Visit(context, site)
            v.go("/sign-in"); v.shoot(OUT / f"{name}-signin.png")
            v.sign_in()
            v.shoot(OUT / f"{name}-home.png")
            v.go(f"/?q={LISTED.uscc}"); v.shoot(OUT / f"{name}-listed.png")
            v.page.click("summary"); v.shoot(OUT / f"{name}-listed-open.png")
            v.go(f"/?q={OBJECTING.uscc}"); v.shoot(OUT / f"{name}-objecting.png")
            v.go(f"/?q={REPAIRED.uscc}"); v.shoot(OUT / f"{name}-repaired.png")
            v.go(f"/?q={LISTED.uscc}&as_of=2026-09-10"); v.shoot(OUT / f"{name}-past.png")
            v.go(f"/?q={UNKNOWN.uscc}"); v.shoot(OUT / f"{name}-unknown.png")
            v.go(f"/?q=虚构东海示例化工"); v.shoot(OUT / f"{name}-names.png")
            v.go(f"/?q=91310000MA1B001019&as_of=x"); v.shoot(OUT / f"{name}-wrong.png")
            v.go("/books"); v.shoot(OUT / f"{name}-books.png")
            v.page.set_input_files("#file", {"name": "客户名单.csv", "mimeType": "text/csv", "buffer": book({"K-1": LISTED, "K-2": OBJECTING, "K-3": UNKNOWN, "K-4": LIGHT})})
            v.page.click("main button")
            v.page.wait_for_selector("#hits"); v.shoot(OUT / f"{name}-book.png")
            site.alerts.all[:] = [alert(1), alert(2)]
            v.go("/alerts"); v.page.wait_for_selector(".alerts li"); v.shoot(OUT / f"{name}-alerts.png")
            print(name, v.errors, v.page.evaluate("document.documentElement.scrollWidth"))
