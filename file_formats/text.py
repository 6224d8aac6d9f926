"""From a file's bytes to its text: UTF-8 with or without BOM, or GB18030; what is no text is named for what it is."""

from liancheng.errors import WrongUseError

_AS_CSV = "save it in Excel or WPS as “CSV UTF-8（逗号分隔）” and send that"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive", "unpack it and send the file in it"),
    (b"%PDF-", "a PDF document", "send the table that it was made from, as CSV or xlsx"),
    (b"\x1f\x8b", "a gzip archive", "unpack it with gunzip and send what is in it"),
    (b"Rar!", "a RAR archive", "unpack it and send the file in it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and send the file in it"),
    (b"\x89PNG", "an image", "send the table that it shows, as CSV or xlsx"),
    (b"\xff\xd8\xff", "an image", "send the table that it shows, as CSV or xlsx"),
    (b"\xff\xfe", "text in UTF-16 (Excel's “Unicode text”)", _AS_CSV),
    (b"\xfe\xff", "text in UTF-16 (Excel's “Unicode text”)", _AS_CSV),
)
_BOM = b"\xef\xbb\xbf"


def decode(raw: bytes, name: str) -> str:
    """The text, without a BOM. GB18030 is taken where strict UTF-8 fails and the text is not UTF-8 but for a few bytes.

    Raises:
        WrongUseError: empty, no text, or bytes that neither encoding has; names the place and the mend.
    """
    if not raw.removeprefix(_BOM).strip():
        raise WrongUseError(f"{name}: found an empty file, expected a table or JSON lines: was it saved?")
    _refuse_other_kinds(raw, name)
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        broken = error
    if raw.startswith(_BOM) or _is_damaged_utf8(raw):
        raise _undecodable(raw, name, "UTF-8", broken.start)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _undecodable(raw, name, "UTF-8 or GB18030", error.start) from error


def _refuse_other_kinds(raw: bytes, name: str) -> None:
    for start, what, mend in _KINDS:
        if raw.startswith(start):
            raise WrongUseError(f"{name}: it looks like {what}, expected a table in CSV or xlsx, or JSON lines: {mend}")
    if raw.removeprefix(_BOM).lstrip().startswith(b"<"):
        raise WrongUseError(
            f"{name}: it looks like a web page or XML, expected a table in CSV or xlsx, or JSON lines: {_AS_CSV}"
        )
    if (at := raw.find(b"\0")) >= 0:
        raise WrongUseError(
            f"{name}: it looks like a binary file (byte {at} is 0), expected a table in CSV or xlsx, or JSON lines"
        )


def _is_damaged_utf8(raw: bytes) -> bool:
    """Of Chinese text in GB18030, UTF-8 can read every seventh character by accident; of its own, all but the damage.

    Without this a UTF-8 file with one broken byte would be read as GB18030, every name in it another.
    """
    text = raw.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(1 for character in text if character > "\x7f") - damaged > damaged


def _undecodable(raw: bytes, name: str, encoding: str, at: int) -> WrongUseError:
    line = raw.count(b"\n", 0, at) + 1
    return WrongUseError(
        f"{name}: byte {at} (0x{raw[at]:02X}, on line {line}) is no {encoding}: "
        "save the file again as CSV UTF-8, and look at that line first"
    )
