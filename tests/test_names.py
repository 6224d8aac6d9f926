"""Names in backticks exist: in docstrings, comments, pages and READMEs.

Checked are paths, modules, functions, `liancheng` commands with their options, settings, and names that look like ours.
A name that is nowhere in the code has gone stale. Plain words, values and placeholders are not checked.
"""

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from cli.families import COMMANDS, load
from liancheng.settings import Settings

ROOT = Path(__file__).parents[1]
PACKAGES = (
    *("bench", "cli", "consumers", "file_formats", "liancheng", "producers", "service", "stream_apps"),
    *("supervision", "transport"),
)
FILES = "py|md|toml|csv|jsonl|json|yaml|txt|html|css|js|xlsx|xls|db|pem|log"

NOT_OURS = {
    "SSL_CERT_FILE": "OpenSSL's own variable",
    "app.flow_control.resume()": "Faust's",
    "preexec_fn": "a parameter of subprocess that is not used, and the page says why",
    "engine.connect": "SQLAlchemy's",
    "refused.xlsx": "a file that the reader chooses",
    "alerts/bank-a.loans.db": "an example of alerts/<bank>.<name>.db",
    "_KEY": "the end of LIANCHENG_API_TLS_KEY, after its beginning",
}


@cache
def tracked() -> frozenset[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = listed.splitlines()
    return frozenset((*files, *(str(parent) for file in files for parent in Path(file).parents)))


def sources() -> list[Path]:
    return [ROOT / file for file in sorted(tracked()) if file.endswith(".py") and file != "tests/test_names.py"]


def pages() -> list[Path]:
    return [ROOT / file for file in sorted(tracked()) if file.endswith(".md")]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


class Code:
    """Every name that the code knows, and the members of each module and class by its own name."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.members: dict[str, set[str]] = defaultdict(set)
        self.of_classes: set[str] = set()
        for path in sources():
            self.members[path.parent.name if path.stem == "__init__" else path.stem] |= set(defined(nodes(path)))
            docs = docstrings(nodes(path))
            for node in nodes(path):
                if not (isinstance(node, ast.Constant) and node.value in docs):
                    self.names |= set(known(node))
                if isinstance(node, ast.ClassDef):
                    self.members[node.name] |= set(defined(ast.walk(node)))
                    self.of_classes |= self.members[node.name]
        self.names |= set(self.members) | {part for file in tracked() for part in re.findall(r"\w+", file)}
        for file in tracked():
            if file.endswith((".toml", ".html", ".js", "Makefile")) or file.startswith("samples/"):
                self.names |= set(re.findall(r"\w+", (ROOT / file).read_text("utf-8")))


def docstrings(within: Iterable[ast.AST]) -> set[str]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {ast.get_docstring(node, clean=False) or "" for node in within if isinstance(node, kinds)}


def defined(within: Iterable[ast.AST]) -> Iterator[str]:
    """What can follow the dot after a module or a class: definitions, assignments, imports, attributes of self."""
    for child in within:
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            yield child.attr
        elif isinstance(child, ast.alias):
            yield (child.asname or child.name).split(".")[0]


def known(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Name():
            yield node.id
        case ast.Attribute():
            yield node.attr
        case ast.arg():
            yield node.arg
        case ast.keyword() if node.arg:
            yield node.arg
        case ast.alias():
            yield from node.name.split(".")
        case ast.Constant(value=str() as text):
            yield from re.findall(r"\w+", text)
        case ast.Constant(value=bytes() as raw):
            yield from re.findall(r"\w+", raw.decode("latin-1"))


@cache
def code() -> Code:
    return Code()


def texts(path: Path) -> Iterator[str]:
    """A page, or the docstrings and comments of a source."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        yield text
        return
    yield from docstrings(nodes(path))
    yield from re.findall(r"#\s(.*)", text)


def spans(text: str) -> Iterator[str]:
    """What stands in single backticks, and the commands of code blocks."""
    for block in code_blocks(text):
        yield from re.findall(r"^liancheng .*", block, re.MULTILINE)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def code_blocks(text: str) -> list[str]:
    return re.findall(r"```.*?```", text, re.DOTALL)


def missing(span: str, path: Path) -> str | None:
    """Why a span names nothing, or None."""
    if span in NOT_OURS:
        return None
    if span.startswith("liancheng "):
        return wrong_command(span)
    if settings := re.findall(r"LIANCHENG_([A-Z0-9_]+)(?![A-Z0-9_…])", span):
        names = {name.upper() for name in Settings.model_fields} | {"DEBUG"}
        return next((f"no setting {name}" for name in settings if not name.endswith("_") and name not in names), None)
    if not span.startswith("/") and re.fullmatch(rf"[\w./-]+\.(?:{FILES})|[\w.-]+(?:/[\w.-]+)*/", span, re.ASCII):
        return wrong_path(span, path)
    if re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)*(?:\(\))?", span, re.ASCII):
        return wrong_name(span)
    return None


def wrong_path(span: str, path: Path) -> str | None:
    file = span.rstrip("/")
    if file in tracked() or (path.parent / file).exists() or any(known.endswith(f"/{file}") for known in tracked()):
        return None
    example = path.suffix == ".md" and any(file in block for block in code_blocks(path.read_text("utf-8")))
    made = any(file in text for text in strings()) or (span.endswith("/") and strings() >= set(file.split("/")))
    return None if example or made else "no such file"


@cache
def strings() -> frozenset[str]:
    """Texts of the code: files that it makes are named there."""
    found: set[str] = set()
    for path in sources():
        if not path.is_relative_to(ROOT / "tests"):
            values = {node.value for node in nodes(path) if isinstance(node, ast.Constant)}
            found |= {value for value in values if isinstance(value, str)} - docstrings(nodes(path))
    return frozenset(found)


def wrong_name(span: str) -> str | None:
    if span in strings():  # the code of a finding, or the like
        return None
    parts = span.removesuffix("()").removesuffix("_total").split(".")  # Prometheus adds _total to a counter's name
    if len(parts) == 1:
        ours = "_" in span or span.endswith("()") or bool(re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}", span))
        return f"no {span}" if ours and parts[0] not in code().names else None
    for length in range(len(parts), 0, -1):
        module = "/" + "/".join(parts[:length])
        exists = any(f"/{file}".endswith((module, f"{module}.py")) for file in tracked())
        if exists and (length == len(parts) or parts[length] in code().members[parts[length - 1]]):
            return None
    if parts[0] in PACKAGES:
        return f"no {span}"
    is_variable = parts[0].islower() and parts[-1] in code().of_classes
    named = parts[0] in code().members and not is_variable
    return f"no {span}" if named and parts[1] not in code().members[parts[0]] else None


def wrong_command(span: str) -> str | None:
    words = re.split(r"\s+#|\s\||\s>", span)[0].split()[1:]
    command: Any = None
    while words and re.fullmatch(r"[a-z-]+", words[0]) and not words[0].startswith("-"):
        if command is None:
            if words[0] not in COMMANDS:
                return f"no command {words[0]}"
            command = load(words[0])
        elif isinstance(command, click.Group) or hasattr(command, "commands"):
            if words[0] not in command.commands:
                return f"no command {words[0]} in {command.name}"
            command = command.commands[words[0]]
        else:
            break
        words.pop(0)
    if command is None or hasattr(command, "commands"):
        return None
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    options.add("--help")
    given = [word.split("=")[0].rstrip(",:;.)") for word in words if word.startswith("--")]
    return next((f"{command.name} has no {option}" for option in given if option not in options), None)


@pytest.mark.parametrize("path", [*pages(), *sources()], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_named_exists(path: Path) -> None:
    stale = [f"`{span}`: {why}" for text in texts(path) for span in spans(text) if (why := missing(span, path))]
    assert not stale, f"{path.relative_to(ROOT)} names what is not there; correct it, or say why in NOT_OURS: {stale}"


@pytest.mark.parametrize(
    "span",
    [
        "documents.standardise",
        "liancheng/records/briefs.py",
        "liancheng list explian",
        "liancheng verify --jsonn",
        "LIANCHENG_BROKER_PROT",
        "no_such_function()",
        "liancheng.naming.NameIndexx",
        "NoSuchError",
    ],
)
def test_a_stale_name_is_found(span: str) -> None:
    assert missing(span, ROOT / "README.md")
