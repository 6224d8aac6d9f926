"""A clerk's file of customers, as the page takes it: with the reason, in the clerk's language, where it does not."""

from consumers.books import customers
from consumers.books.customers import CustomerFile
from consumers.view.reader import COMPANIES_MAX
from file_formats.refusals import FileRefusedError
from liancheng.errors import LianchengError


class WrongFileError(LianchengError):
    """The file cannot be screened. `key` names the text that says why, `values` what is put into it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def read(raw: bytes, name: str) -> CustomerFile:
    """A file's rows; those that cannot be read are among them as their errors.

    Raises:
        WrongFileError: the file is refused, or has more than 10,000 rows.
    """
    try:
        file = customers.read(raw, name)
    except FileRefusedError as refused:
        raise WrongFileError(f"wrong.file.{refused.code}", text=str(refused), **refused.values) from refused
    if len(file.rows) > COMPANIES_MAX:
        raise WrongFileError("wrong.file.rows", found=f"{len(file.rows):,}", limit=f"{COMPANIES_MAX:,}")
    return file
