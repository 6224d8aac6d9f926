"""From bytes to text: UTF-8 with or without BOM, or GB18030; anything else is named for what it is.

A damaged file is refused, never read in the other encoding: GB18030 can read most of what is left of UTF-8, every name
a different one.
"""

import re

from file_formats.refusals import FileRefusedError

_BOM = b"\xef\xbb\xbf"
_AS_CSV = "save it in Excel or WPS as “CSV UTF-8（逗号分隔）” and send that"
_UNPACK = "unpack it and send the file in it"
_SEND_TABLE = "send the table that it was made from, as CSV or xlsx"
_KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(start), kind, remedy)
    for start, kind, remedy in (
        (rb"PK\x03\x04", "a zip archive or an Office document", f"{_SEND_TABLE}; a stream takes text only"),
        (rb"%PDF-", "a PDF document", _SEND_TABLE),
        (rb"\x1f\x8b", "a gzip archive", _UNPACK),
        (rb"Rar!", "a RAR archive", _UNPACK),
        (rb"7z\xbc\xaf", "a 7z archive", _UNPACK),
        (rb"\x89PNG|\xff\xd8\xff", "an image", _SEND_TABLE),
        (rb"\xff\xfe|\xfe\xff", "text in UTF-16 (Excel's “Unicode text”)", _AS_CSV),
        (rb"(?:\xef\xbb\xbf)?\s*<", "a web page or XML", _AS_CSV),
    )
)
_UTF8_HAN = re.compile(rb"(?<![\x80-\xff])(?:[\xe3-\xe9][\x80-\xbf]{2}){3}")  # in GB18030 by accident: 1 in 10 million


def decode(raw: bytes, name: str) -> str:
    """Returns the text of a whole file, without a BOM.

    Raises:
        FileRefusedError: empty, not text, damaged, or in two encodings; names the byte and its line.
    """
    if not raw.removeprefix(_BOM).strip():
        raise FileRefusedError(name, "empty")
    _refuse_other_kinds(raw, name)
    return _decoded(raw, _encoding_of(raw), name, 0, 1)


class LineDecoder:
    """Decodes a file line by line, as `decode` would, in the encoding of its first line that is not ASCII."""

    def __init__(self, name: str, encoding: str | None = None) -> None:
        self.encoding = encoding
        self._name = name
        self._begun = False

    def decode(self, line: bytes, start: int, number: int) -> str:
        """Returns the text of a line, which begins at byte `start`. Raises FileRefusedError."""
        if not self._begun and line.strip():
            self._begun = True
            _refuse_other_kinds(line, self._name)
        is_ascii = line.isascii()
        if is_ascii and b"\0" not in line:  # in a third of the time
            return line.decode()
        if self.encoding is None and not is_ascii:
            self.encoding = _encoding_of(line)
        return _decoded(line, self.encoding or "utf-8", self._name, start, number)


def _refuse_other_kinds(raw: bytes, name: str) -> None:
    for start, kind, remedy in _KINDS:
        if start.match(raw):
            raise FileRefusedError(name, "kind", kind=kind, remedy=remedy)


def _encoding_of(raw: bytes) -> str:
    """Of Chinese text in GB18030, UTF-8 reads hardly a character by accident; of its own, all but the damage."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        intact = sum(1 for character in text if character >= "\u0800") - damaged
        return "utf-8" if raw.startswith(_BOM) or 0 < damaged <= intact else "gb18030"
    return "utf-8"


def _decoded(raw: bytes, encoding: str, name: str, start: int, line: int) -> str:
    """`raw` begins at byte `start`, on `line`."""
    if (at := raw.find(b"\0")) >= 0:
        kind = f"a binary file (byte {start + at} is 0)"
        raise FileRefusedError(name, "kind", kind=kind, remedy=_SEND_TABLE)
    if encoding == "gb18030" and (han := _UTF8_HAN.search(raw)):
        raise FileRefusedError(name, "mixed", **_place(raw, han.start(), start, line))
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        said = "UTF-8" if encoding == "utf-8" else "UTF-8 or GB18030"
        value = f"0x{raw[error.start]:02X}"
        raise FileRefusedError(
            name, "encoding", value=value, encoding=said, **_place(raw, error.start, start, line)
        ) from error
    return text.removeprefix("\ufeff") if start == 0 else text


def _place(raw: bytes, at: int, start: int, line: int) -> dict[str, int]:
    return {"byte": start + at, "line": line + raw.count(b"\n", 0, at)}
