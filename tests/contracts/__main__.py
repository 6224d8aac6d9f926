"""`make contracts`: freezes what is promised, and refuses what breaks v1."""

import sys

from tests.contracts import asyncapi, examples, schemas
from tests.contracts.compatibility import breaks, may_grow
from tests.contracts.story import told


def main() -> int:
    broken = [
        f"contracts/v1/schemas/{schemas.path(topic).name}{one}"
        for topic in schemas.TOPICS
        if schemas.path(topic).exists()
        for one in breaks(schemas.frozen(topic), schemas.today(topic), may_grow=may_grow(topic))
    ]
    if broken:
        hint = "undo it, or begin contracts/v2 and topics of its own (contracts/README.md, Breaking)"
        print(*broken, f"nothing was written: this breaks v1; {hint}", sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    schemas.FOLDER.mkdir(parents=True, exist_ok=True)
    for topic in schemas.TOPICS:
        schemas.path(topic).write_text(schemas.text(schemas.today(topic)), encoding="utf-8")
    added = examples.freeze(examples.chosen(told()))
    asyncapi.PATH.write_text(asyncapi.text(), encoding="utf-8")
    print(f"contracts: schemas and asyncapi.yaml written, {added} examples added")  # noqa: T201
    return 0


sys.exit(main())
