"""`receipts`: what became of what a province sent, a line each."""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from cli import words
from cli.terminal import Outcome, print_json, say
from liancheng.records.facts import Receipt
from liancheng.settings import Settings
from liancheng.text.identity import normalise_document_no
from producers import receipts
from transport import admin


class Wish(NamedTuple):
    province: str
    document: str | None
    refused: bool
    follow: bool
    as_json: bool


def run(wish: Wish) -> int:
    """The table as it stands, by when each was accepted; then what comes, for ever, where that is asked for."""
    settings = Settings()
    admin.require_province(settings, wish.province)
    ends = receipts.ends(settings, wish.province)
    standing = receipts.table(settings, ends).values()
    shown = _show(sorted(standing, key=lambda receipt: receipt.submission.accepted_at), wish)
    if wish.follow:
        _show(receipts.follow(settings, wish.province, ends), wish)
    elif not shown:
        of = f" of {wish.document}" if wish.document else ""
        say(f"{wish.province}: no {'refused' if wish.refused else 'receipt'}{of}, of {len(standing):,} receipts in all")
    return Outcome.DONE


def _show(found: Iterable[Receipt], wish: Wish) -> int:
    number = wish.document and (normalise_document_no(wish.document).text or wish.document)
    shown = 0
    for receipt in found:
        if (number and not _is_of(receipt, number)) or (wish.refused and receipt.submission.outcome != "refused"):
            continue
        shown += 1
        if wish.as_json:
            print_json(receipt)
        else:
            sys.stdout.write(line(receipt) + "\n")
        if wish.follow:
            sys.stdout.flush()
    return shown


def _is_of(receipt: Receipt, number: str) -> bool:
    """Whether it is about that document number, whichever authority's, or about that document's id."""
    return receipt.key == number or receipt.key.endswith(f"/{number}")


def line(receipt: Receipt) -> str:
    """When, outcome, document, what was sent, the sender's mark, findings."""
    submission = receipt.submission
    parts = [
        words.clock(submission.accepted_at),
        f"{submission.outcome:<9}",
        receipt.key,
        f"{submission.type} revision {submission.revision}",
        submission.reference or "",
        " | ".join(map(receipts.sentence, submission.findings)),
    ]
    return "  ".join(part for part in parts if part)
