"""The language of a page: the one just chosen, else the one chosen before, else the browser's, else Chinese."""

import tomllib
from importlib.resources import files

from fastapi import Request

from liancheng.explaining.phrases import Language, phrase

LANGUAGE_COOKIE = "language"
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_TEXTS: dict[str, list[str]] = tomllib.loads(files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))


def language_of(request: Request) -> Language:
    return chosen_language(request) or _known(request.cookies.get(LANGUAGE_COOKIE, "")) or _accepted(request) or "zh"


def chosen_language(request: Request) -> Language | None:
    """Returns the language chosen with `?lang=`."""
    return _known(request.query_params.get("lang", ""))


def say(language: Language, key: str, **values: object) -> str:
    """Returns a text of the pages, or a phrase of the core's; for an unknown key, the key without its group."""
    text = _TEXTS.get(key)
    return text[_LANGUAGES.index(language)].format(**values) if text else phrase(language, key, **values)


def _known(text: str) -> Language | None:
    return next((language for language in _LANGUAGES if language == text), None)


def _accepted(request: Request) -> Language | None:
    """RFC 9110, 12.5.4: `zh-CN,zh;q=0.9,en;q=0.8`."""
    accepted: list[tuple[float, Language]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.partition(";q=")
        known = _known(tag.strip().lower().split("-")[0])
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if known and quality > 0:
            accepted.append((quality, known))
    return max(accepted, key=lambda pair: pair[0])[1] if accepted else None
