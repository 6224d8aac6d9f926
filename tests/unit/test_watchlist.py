"""A bank's file of watches, and the difference it makes to the book."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.books import watch_file, watchlist
from consumers.books.watchlist import Difference, WatchRow
from liancheng.errors import WrongUseError
from liancheng.records.alerts import CustomerReference, Filters, Watch
from tests.bank_material import uscc

ROLES = ("borrower", "guarantor", "affiliate")
rows = st.lists(
    st.builds(WatchRow, st.sampled_from([uscc(n) for n in range(6)]), st.sampled_from("abc"), st.sampled_from(ROLES)),
    max_size=20,
)
books = rows.map(lambda found: watchlist.watches_of("bank-a", found))


def after(book: dict[str, Watch], difference: Difference) -> dict[str, Watch]:
    """The book once the difference is written, as a reader of the topic sees it."""
    left = {subject: watch for subject, watch in book.items() if subject not in difference.removed}
    return left | {watch.uscc: watch for watch in (*difference.added, *difference.changed)}


def references(book: dict[str, Watch]) -> set[tuple[str, CustomerReference]]:
    return {(watch.uscc, reference) for watch in book.values() for reference in watch.references}


@given(books, books)
def test_replacing_makes_exactly_the_file_with_the_fewest_writes(
    book: dict[str, Watch], wanted: dict[str, Watch]
) -> None:
    difference = watchlist.replacing(book, wanted)
    assert after(book, difference) == wanted
    assert difference.writes == len(dict(set(book.items()) ^ set(wanted.items())))
    assert watchlist.replacing(wanted, wanted).writes == 0


@given(books, rows)
def test_adding_loses_nothing_and_twice_changes_nothing(book: dict[str, Watch], named: list[WatchRow]) -> None:
    difference = watchlist.adding("bank-a", book, named)
    grown, wanted = after(book, difference), watchlist.watches_of("bank-a", named)
    assert references(grown) == references(book) | references(wanted)
    assert not difference.removed
    assert watchlist.adding("bank-a", grown, named) == Difference(unchanged=len(wanted))


def test_filters_stay_until_a_row_has_some_and_the_widest_of_a_file_counts() -> None:
    listed = Filters(min_level="listed", kinds=("amended",))
    book = watchlist.watches_of("bank-a", [WatchRow(uscc(1), "a", filters=listed)])
    assert book[uscc(1)].filters == listed
    kept = after(book, watchlist.adding("bank-a", book, [WatchRow(uscc(1), "b")]))
    assert (kept[uscc(1)].filters, len(kept[uscc(1)].references)) == (listed, 2)
    two = [
        WatchRow(uscc(1), "b", filters=Filters(min_level="candidate", kinds=("listed",))),
        WatchRow(uscc(1), filters=listed),
    ]
    widest = after(book, watchlist.adding("bank-a", book, two))[uscc(1)].filters
    assert widest == Filters(min_level="candidate", kinds=("amended", "listed"))
    freed = after(book, watchlist.adding("bank-a", book, [WatchRow(uscc(1), "a", filters=Filters())]))
    assert freed[uscc(1)].filters is None
    assert after(book, watchlist.removing(kept, [WatchRow(uscc(1), "b")]))[uscc(1)].filters == listed


@given(books, rows)
def test_removing_takes_exactly_the_named_references(book: dict[str, Watch], named: list[WatchRow]) -> None:
    gone = {(row.uscc, CustomerReference(customer_ref=row.customer_ref or "", role=row.role)) for row in named}  # type: ignore[arg-type]
    left = after(book, watchlist.removing(book, named))
    assert references(left) == references(book) - gone
    assert all(watch.references for watch in left.values())


def test_a_row_without_a_customer_ends_the_whole_watch_and_without_a_role_any_role() -> None:
    both = [WatchRow(uscc(1), "a", "borrower"), WatchRow(uscc(1), "a", "guarantor"), WatchRow(uscc(1), "b", "borrower")]
    book = watchlist.watches_of("bank-a", both)
    assert watchlist.removing(book, [WatchRow(uscc(1))]).removed == (uscc(1),)
    left = after(book, watchlist.removing(book, [WatchRow(uscc(1), "a")]))
    assert left[uscc(1)].references == (CustomerReference(customer_ref="b"),)


@given(rows, st.randoms())
def test_the_order_of_the_file_does_not_matter(found: list[WatchRow], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = found[:]
    random.shuffle(shuffled)
    assert watchlist.watches_of("bank-a", found) == watchlist.watches_of("bank-a", shuffled)


CHINESE = "企业名称,统一社会信用代码,客户编号,角色(借款人/担保人/关联方)\n虚构示例化工有限公司,{},K-1,担保人\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_in_every_encoding(encoding: str) -> None:
    found = watch_file.read(CHINESE.format(uscc(7)).encode(encoding), "book.csv")
    assert found.rows == (WatchRow(uscc(7), "K-1", "guarantor"),)
    assert (found.refused, found.ignored) == ((), ("企业名称",))


def test_json_lines_are_read_like_csv() -> None:
    raw = f'{{"uscc": "{uscc(1)}", "customer_ref": 17, "role": "affiliate"}}\n\n{{"uscc": \n["x"]\n'.encode()
    found = watch_file.read(raw, "book.jsonl")
    assert found.rows == (WatchRow(uscc(1), "17", "affiliate"),)
    assert [row.line for row in found.refused] == [3, 4]


def test_refused_rows_are_named_and_the_others_go_on() -> None:
    lines = ["uscc,customer_ref,role", f"{uscc(1)},K-1,", "91X,,boss", f"{uscc(2)},K-2,guarantor", f"{uscc(3)},a,b,c"]
    found = watch_file.read("\r\n".join(lines).encode(), "book.csv")
    assert found.rows == (WatchRow(uscc(1), "K-1"), WatchRow(uscc(2), "K-2", "guarantor"))
    assert [(row.line, [finding.field for finding in row.findings]) for row in found.refused] == [
        (3, ["uscc", "customer_ref", "role"]),
        (5, ["row"]),
    ]
    assert all(finding.expected and finding.remedy for row in found.refused for finding in row.findings)


def test_a_quoted_line_break_does_not_shift_the_line_numbers() -> None:
    raw = f'uscc,customer_ref\n{uscc(1)},"K\n1"\n\nwrong,K-2\n'.encode()
    assert [row.line for row in watch_file.read(raw, "book.csv").refused] == [5]


def test_refused_rows_can_be_mended_in_place_and_read_again() -> None:
    found = watch_file.read(b"uscc,customer_ref,role\nwrong,K-2,guarantor\n", "book.csv")
    mended = watch_file.refused_csv(found).replace("wrong", uscc(2), 1)
    again = watch_file.read(mended.encode(), "refused.csv")
    assert (again.rows, again.ignored) == ((WatchRow(uscc(2), "K-2", "guarantor"),), ())
    reasons = next(csv.DictReader(io.StringIO(watch_file.refused_csv(found))))
    assert reasons["line"] == "2"
    assert reasons["reasons"].startswith("uscc: found 'WRONG', expected 18 characters")


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b"", "the file is empty"),
        (b"name,customer_ref\nx,y\n", "columns name, customer_ref, expected uscc"),
        (b"uscc,customer_ref\n", "no rows"),
        (b"PK\x03\x04\x00\x00", "zip archive"),
        (b"uscc,uscc\nx,y\n", "uscc in 2 columns"),
    ],
)
def test_a_file_of_the_wrong_kind_is_one_line(raw: bytes, named: str) -> None:
    with pytest.raises(WrongUseError, match=named) as caught:
        watch_file.read(raw, "book.csv")
    assert "book.csv" in str(caught.value)
    assert "expected" in str(caught.value)


def test_a_customer_is_needed_for_adding_only() -> None:
    raw = f"uscc\n{uscc(1)}\n".encode()
    assert watch_file.read(raw, "book.csv", needs_reference=False).rows == (WatchRow(uscc(1)),)
    assert watch_file.read(raw, "book.csv").refused[0].findings[0].field == "customer_ref"


def test_columns_of_filters_by_code_and_in_chinese() -> None:
    header = "uscc,customer_ref,最低级别,变动种类(默认全部),省份\n"
    lines = [
        f"{uscc(1)},K-1,严重失信主体,标注异议 amended,上海;320000",
        f"{uscc(2)},K-2,,,",
        f"{uscc(3)},K-3,clear,x,31",
    ]
    found = watch_file.read((header + "\n".join(lines)).encode(), "book.csv")
    wanted = Filters(min_level="listed", kinds=("objection_marked", "amended"), provinces=("310000", "320000"))
    assert found.rows == (WatchRow(uscc(1), "K-1", filters=wanted), WatchRow(uscc(2), "K-2", filters=Filters()))
    assert [finding.field for finding in found.refused[0].findings] == ["min_level", "kinds", "provinces"]
    as_json = f'{{"uscc":"{uscc(1)}","customer_ref":"K","kinds":["amended","listed"],"min_level":null}}'.encode()
    assert watch_file.read(as_json, "book.jsonl").rows[0].filters == Filters(kinds=("amended", "listed"))
    assert "min_level" in watch_file.refused_csv(found).splitlines()[0]
