"""Templates. Every value in them is escaped."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from liancheng.days import SHANGHAI
from liancheng.explaining.phrases import Language
from liancheng.naming.factors import NameReason
from liancheng.text import kinds
from service.engines.callers import Callers
from service.pages.languages import language_of, say
from service.pages.sessions import Session, Sessions, SignedOutError
from service.web.parts import part

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request, name: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """Returns a page made from a template, which gets `t` (a text), `lang`, and who is signed in."""
    language = language_of(request)
    session = _session(request)
    bank = part(request.app, Callers).bank(session.bank) if session else None
    html = _templates.get_template(name).render(
        t=lambda key, **more: say(language, key, **more),
        zh=lambda key, **more: say("zh", key, **more),
        lang=language,
        html_lang=_html_lang(language),
        path=request.url.path,
        switch=_switch(request),
        bank=bank,
        csrf=part(request.app, Sessions).csrf(session) if session else "",
        likeness=_likeness,
        kinds_of=lambda codes: [_kind(code, language) for code in codes],
        **values,
    )
    return HTMLResponse(html, status, dict(headers or {}))


def _session(request: Request) -> Session | None:
    """Returns the session, or None. Never fails, because pages about errors need it too."""
    try:
        session, _ = part(request.app, Sessions).read(request)
    except SignedOutError:
        return None
    return session if part(request.app, Callers).by_id(session.bank, session.key_id) else None


def _html_lang(language: Language) -> str:
    return "zh-CN" if language == "zh" else "en"


def _switch(request: Request) -> str:
    """Returns the address of the same page in the other language."""
    other = "en" if language_of(request) == "zh" else "zh"
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', other)])}"


def _likeness(reason: NameReason, t: Callable[[str], str], language: Language) -> str:
    """Returns why a name is similar. A reason's text is English: Chinese is made from its code and what it quotes."""
    if language == "en":
        return reason.text
    what, _, how = reason.code.partition(".")
    quoted = reason.text.partition(": ")[2]
    words = t(f"why.{what}") + (t(f"why.{how}") if how else "")
    return f"{words}:{quoted}" if quoted else words


def _kind(kind: str, language: Language) -> str:
    return kinds.chinese(kind) if language == "zh" else kind.replace("_", " ")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _day(day: date) -> str:
    return day.isoformat()


_templates.filters |= {"clock": _clock, "yuan": _yuan, "day": _day, "query": urlencode}
