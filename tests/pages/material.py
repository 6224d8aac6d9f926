"""A small region as the clerk's page shows it: every level, an objection, a repair, names alike, one that is code."""

from collections.abc import Iterator

from msgspec.structs import replace

from liancheng import codec
from liancheng.records import topics
from liancheng.records.entries import Entry
from liancheng.settings import Settings
from tests.bank_material import entry
from tests.contracts.story import SHANGHAI, Company, Paper, Region, company
from transport import table_writer
from transport.table_writer import TableRecord

LISTED, OBJECTING, LIGHT, REPAIRED = (
    company("东海示例化工", 101),
    company("南湖示例印染", 102),
    company("东海示例化学", 103),
    company("北塘示例电镀", 104),
)  # fmt: skip
UNKNOWN = company("西山示例食品", 105)
SCRIPT = "<script>document.title='broken'</script>虚构<b>有限</b>公司"
SCRIPT_NUMBER = 777
_PIPE = "《中华人民共和国水污染防治法》第八十三条第三项"
_HEAVY, _FIRST, _SECOND, _LIGHT, _REPAIRED = (Paper(SHANGHAI, f"〔2026〕{number}") for number in range(1, 6))


def region() -> Region:
    made = Region()
    made.at("2026-04-30")
    made.day("2026-05-01")
    made.publish(
        SHANGHAI,
        _FIRST.decision(LISTED, "2026-04-20", act_date="2026-02-02", kinds="罚款|责令改正"),
        _REPAIRED.decision(REPAIRED, "2026-04-02", act_date="2026-02-02"),
    )
    made.at("2026-08-31")
    made.day("2026-09-01")
    made.publish(
        SHANGHAI,
        _HEAVY.decision(
            LISTED, "2026-08-20", kinds=["罚款", "没收违法所得"], fine_wan="58.3", confiscated_wan="1.25",
            act_date="2026-06-10", legal_basis=_PIPE, stated_acts=[6],
        ),
        _SECOND.decision(
            OBJECTING, "2026-08-21", kinds=["罚款"], fine_wan="21", act_date="2026-07-01", legal_basis=_PIPE,
            stated_acts=[6],
        ),
        _LIGHT.decision(LIGHT, "2026-08-24", act_date="2026-08-01"),
        _SECOND.objection("raised", "2026-08-29", reason="罚款金额有误"),
        _REPAIRED.performed("payment", "2026-05-06"),
        _REPAIRED.performed("correction", "2026-06-01"),
        _REPAIRED.repaired("2026-08-16", performed=True),
    )  # fmt: skip
    made.at("2026-09-14")
    made.publish(SHANGHAI, _HEAVY.recognition("notice", "2026-09-14", "〔2026〕1"))
    made.at("2026-10-08")
    made.day("2026-10-08")
    made.publish(SHANGHAI, _HEAVY.recognition("decided", "2026-10-08", "〔2026〕2"))
    return made


def scripted() -> Entry:
    """An entry whose name a browser would run."""
    return replace(entry(SCRIPT_NUMBER), name=SCRIPT)


def publish(settings: Settings) -> None:
    """The region's facts and list, as its stages have written them."""
    one = scripted()
    more = TableRecord(topics.SANCTION_LIST.name, one.uscc.encode(), codec.encode(one), [], -1)
    table_writer.write(settings, [*_records(region()), more])


def _records(made: Region) -> Iterator[TableRecord]:
    for topic in (topics.PENALTIES.name, topics.SANCTION_LIST.name):
        for partition, log in made.flow.topics[topic].items():
            yield from (TableRecord(topic, record.key or b"", record.value, [], partition) for record in log)


def book(companies: dict[str, Company]) -> bytes:
    """A clerk's file in the encoding that Excel gives a Chinese CSV; one row is a name, one is wrong."""
    rows = [f"{one.uscc},{one.name},{ref}" for ref, one in companies.items()]
    rows += [f",{LIGHT.name},N-1", "91310000MA1B001019,虚构抄错有限公司,=BAD", ",,E-1"]
    return "\r\n".join(["客户名单,,", "统一社会信用代码,企业名称,客户编号", *rows]).encode("gb18030")
