"""`receipts`: what became of what a province sent."""

import sys
from typing import Annotated

import typer

from cli.shared import words
from cli.shared.options import AsJson, OfProvince
from cli.shared.tables import hanging
from cli.shared.terminal import print_json, say
from liancheng.records.facts import Receipt
from liancheng.settings import Settings
from liancheng.text.findings import sentence
from liancheng.text.identity import normalise_document_no
from producers import receipts as receipt_log
from transport import admin


def receipts(
    province: OfProvince,
    *,
    document: Annotated[
        str | None, typer.Option("--document", metavar="NUMBER", help="Only this document number 文书号.")
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Keep waiting for further receipts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the last receipt of each document of a province.

    By the time of acceptance: outcome, document, event, the sender's reference, findings.
    """
    settings = Settings()
    admin.require_province(settings, province)
    number = document and (normalise_document_no(document).text or document)
    shown = 0

    def show(receipt: Receipt) -> None:
        nonlocal shown
        if (number and not _is_of(receipt, number)) or (refused and receipt.submission.outcome != "refused"):
            return
        shown += 1
        print_json(receipt) if as_json else typer.echo(text(receipt))
        if follow:
            sys.stdout.flush()

    ends = receipt_log.ends(settings, province)
    standing = receipt_log.table(settings, ends).values()
    for receipt in sorted(standing, key=lambda receipt: receipt.submission.accepted_at):
        show(receipt)
    if follow:
        for receipt in receipt_log.follow(settings, province, ends):
            show(receipt)
    elif not shown:
        of = f" of {document}" if document else ""
        say(f"{province}: no {'refused' if refused else 'receipt'}{of}, of {len(standing):,} receipts in all")


def _is_of(receipt: Receipt, number: str) -> bool:
    """Whether it is about that document number, whichever authority's, or about that document's id."""
    return receipt.key == number or receipt.key.endswith(f"/{number}")


def text(receipt: Receipt) -> str:
    """When, outcome, event and the sender's reference; below them the document and the findings, a line each."""
    submission = receipt.submission
    head = (
        words.clock(submission.accepted_at),
        f"{submission.outcome:<9}",
        f"{submission.type} revision {submission.revision}",
        submission.reference or "",
    )
    details = (receipt.key, *map(sentence, submission.findings))
    return "\n".join([hanging(head, 4), *(hanging([f"    {detail}"], 6) for detail in details)])
