"""Every phrase of an explanation in Chinese and English: the one place for translations."""

from typing import Literal

Language = Literal["zh", "en"]

_PHRASES: dict[str, tuple[str, str]] = {
    # levels, severities, standings, steps
    "level.clear": ("不在名单", "clear"),
    "level.penalised": ("行政处罚公示中", "penalised: a penalty is published"),
    "level.candidate": ("拟认定", "candidate for the list"),
    "level.listed": ("严重失信主体", "listed as seriously dishonest"),
    "severity.minor": ("轻微", "minor"),
    "severity.general": ("一般", "general"),
    "severity.serious": ("严重", "serious"),
    "severity.special_serious": ("特别严重", "especially serious"),
    "severity.single": ("不分级", "not graded"),
    "standing.active": ("公示中", "published"),
    "standing.expired": ("公示期满", "the publication period has ended"),
    "standing.expired_unperformed": ("期满未履行", "the publication period has ended, performance was not reported"),
    "standing.repaired": ("已修复", "repaired: publication ended early"),
    "standing.revoked": ("已撤销", "revoked"),
    "standing.moved": ("已归于其他主体", "corrected: now names another company"),
    "standing.unpublished": ("不公示", "kept, not published"),
    "change.listed": ("列入名单", "listed"),
    "change.candidate": ("成为拟认定", "became a candidate"),
    "change.penalised": ("公示行政处罚", "penalised"),
    "change.escalated": ("加重", "escalated"),
    "change.eased": ("减轻", "eased"),
    "change.cleared": ("移出", "cleared"),
    "change.amended": ("内容变更,级别不变", "amended, same level"),
    "change.objection_marked": ("标注异议", "objection marked"),
    "change.objection_resolved": ("异议处理完毕", "objection resolved"),
    # marks and legal levels
    "mark.V": ("已阅读所引条文的文本(多为转载,未打开官方页面)", "the passage was read in a copy, often a mirror"),
    "mark.VL": ("已在公开法规库 LawRefBook/Laws 中阅读(2025年4月)", "read in the repository LawRefBook/Laws (2025-04)"),
    "mark.own": (
        "本系统自行汇编或理解,没有条文这样写",
        "our own compilation or interpretation, not stated in any text",
    ),
    "mark.S": ("仅见于报道或转述,未读到原文", "known from a report or a paraphrase only"),
    "mark.U": ("未核实", "not verified"),
    "legal.law": ("法律", "law"),
    "legal.regulation": ("行政法规", "regulation"),
    "legal.ministry_rule": ("部门规章", "ministry rule"),
    "legal.policy_document": ("规范性文件", "policy document"),
    "legal.local_regulation": ("地方性法规", "local regulation"),
    "legal.memorandum": ("备忘录", "memorandum"),
    "legal.own_compilation": ("本系统汇编", "own compilation"),
    "measure.statutory": ("法定,由行政机关实施", "statutory, for administrative bodies"),
    "measure.administrative": ("行政,由行政机关实施", "administrative, for administrative bodies"),
    "measure.reference": ("仅供参考,并非命令", "for reference only, not an order"),
    # how an entry act counts
    "by.exact": ("计入:所引条文本身即可证明", "counts: a cited article proves it"),
    "by.stated": (
        "计入:机关写明,且所引条文可以支持",
        "counts: stated by the agency, and a cited article can support it",
    ),
    "by.stated_unsupported": (
        "不计入:机关写明,但所引条文均不能支持",
        "does not count: stated by the agency, but no cited article can support it",
    ),
    # causes that are not rules of the standard
    "cause.publication.expired": ("公示期届满", "a publication period ended"),
    "cause.publication.none": ("该文书不公示", "the document is not published"),
    "cause.document.revoked": ("文书被撤销", "the document was revoked"),
    "cause.document.moved": ("文书更正为其他主体", "the document now names another company"),
    "cause.recognition.notice": ("已告知拟认定", "notice of the recognition was given"),
    "cause.recognition.decided": ("已作出认定决定", "the recognition was decided"),
    "cause.recognition.removed": ("已移出名单", "the recognition was removed"),
    "cause.publication.expired_unperformed": (
        "公示期满,义务未履行",
        "a publication period ended with the duty unperformed",
    ),
    "cause.performance.reported": ("已报告履行情况", "performance was reported"),
    "cause.repair.granted": ("准予信用修复", "a repair was granted"),
    "cause.repair.min_period": ("修复早于最短公示期", "the repair came before the end of the shortest period"),
    "cause.repair.nothing_published": ("没有可修复的公示", "there is no publication that a repair could end"),
    "cause.objection.raised": ("提出异议", "an objection was raised"),
    "cause.objection.resolved": ("异议处理完毕", "an objection was resolved"),
    "cause.standard.changed": ("按新版本的标准重新判定", "judged again by another version of the standard"),
    # sections and labels
    "section.level": ("级别", "Level"),
    "section.document": ("文书 {number}", "Document {number}"),
    "section.measures": ("惩戒措施", "Measures"),
    "section.history": ("历次变动", "History"),
    "section.sureness": ("依据的可靠程度", "How certain the reasons are"),
    "label.level": ("现级别", "level"),
    "label.rule": ("规则", "rule"),
    "label.because": ("由此而来", "because of"),
    "label.standard": ("认定标准", "standard"),
    "label.decided": ("处罚决定", "decided"),
    "label.standing": ("状态", "standing"),
    "label.severity": ("失信程度", "severity"),
    "label.published": ("公示", "publication"),
    "label.counted": ("计算方法", "calculation"),
    "label.repair": ("信用修复", "repair"),
    "label.act": ("认定情形 {act}", "entry act {act}"),
    "label.acts": ("认定情形", "entry acts"),
    "label.article": ("条文", "article"),
    "label.cited": ("所引条文", "cited"),
    "label.row": ("条文说明(英文)", "the table's note"),
    "label.recognition": ("认定", "recognition"),
    "label.performance": ("履行", "performance"),
    "label.repaired": ("修复决定", "repair granted"),
    "label.lack": ("不予计入的原因", "why it does not count"),
    "label.objection": ("异议", "objection"),
    "label.unperformed": ("未履行的后果", "duty unperformed"),
    "label.former": ("曾用名", "former name"),
    "label.repeat": ("重复违法", "repeated violation"),
    "label.intent": ("故意", "intent"),
    "label.revocation": ("撤销", "revocation"),
    "label.note": ("备注(英文)", "note"),
    "label.measure": ("措施", "measure"),
    "label.change": ("第 {sequence} 次", "change {sequence}"),
    "label.cause": ("最近变动的原因", "cause of the last change"),
    "label.weakest": ("最弱的标记", "weakest mark"),
    "label.mark": ("标记 {mark}", "mark {mark}"),
    # sentences
    "comma": ("、", ", "),
    "since": ("{level},自 {day} 起", "{level}, since {day}"),
    "reference": (
        "{wording}〔{id};依据:{source};层级:{legal};标记 {mark}〕",
        "{wording} [{id}; {source}; {legal}; mark {mark}]",
    ),
    "rule.missing": (
        "规则 {id} 出自标准 {version},本机没有该版本,无法显示",
        "rule {id} of standard {version}, which is not installed",
    ),
    "rule.none": ("没有适用的规则", "no rule applies"),
    "decided": ("{authority},{day}:{kinds}", "{authority} on {day}: {kinds}"),
    "fine": (",罚款 {amount}", ", fine {amount}"),
    "confiscated": (",没收 {amount}", ", confiscated {amount}"),
    "published.to": ("至 {day}(含)", "until {day} (inclusive)"),
    "published.ended": ("已终止", "ended"),
    "published.not": ("不公示", "none"),
    "counted": ("自决定之日 {day} 起 {months} 个月({regime})", "{months} months from the decision of {day} ({regime})"),
    "repair.from": (
        "自 {day} 起可申请:最短公示期 {months} 个月届满的次日",
        "possible from {day}, the day after the shortest period of {months} months",
    ),
    "repair.from.plain": ("自 {day} 起可申请", "possible from {day}"),
    "repair.none": ("不得提前终止公示", "not possible"),
    "acts.none": ("未涉及", "none"),
    "recognition.notice": ("{day} 告知拟认定,{number}", "notice on {day}, {number}"),
    "recognition.decided": ("{day} 作出认定,{number}", "decided on {day}, {number}"),
    "recognition.removed": ("{day} 移出,{number}", "removed on {day}, {number}"),
    "recognition.stands": ("(现行)", " (in effect)"),
    "performance.payment": ("{day} 已缴纳罚没款", "paid on {day}"),
    "performance.correction": ("{day} 已改正", "corrected on {day}"),
    "repaired": ("{day}", "on {day}"),
    "repaired.performed": (",认定已履行义务", ", duties found to be performed"),
    "repaired.commitment": (",已作出信用承诺", ", with a public credit commitment"),
    "repaired.counts": ("(计入)", " (counts)"),
    "repaired.not": ("(不计入)", " (does not count)"),
    "objection.raised": ("{day} 提出", "raised on {day}"),
    "objection.resolved": ("{day} 处理:{outcome}", "resolved on {day}: {outcome}"),
    "objection.due": ("须在 {day} 前(含)处理完毕", "to be decided by {day}"),
    "outcome.founded": ("成立", "founded"),
    "outcome.unfounded": ("不成立", "unfounded"),
    "outcome.withdrawn": ("撤回", "withdrawn"),
    "repeat": ("{documents}(违法类别 {violation_class})", "{documents} (class {violation_class})"),
    "intent": ("决定认定故意;违法类别 {classes}", "found by the decision; class {classes}"),
    "revoked": ("{day}", "on {day}"),
    "reason": (";理由:{reason}", "; reason: {reason}"),
    "measure": (
        "{text}〔{measure_class};依据:{source};标记 {mark}〕",
        "{text} [{measure_class}; {source}; mark {mark}]",
    ),
    "measures.none": ("无", "none at this level"),
    "change": ("{day} {kind}:{level}", "{day} {kind}: {level}"),
    "sureness": ("{mark},见于 {rules}", "{mark}, for {rules}"),
}
_INDEX: dict[Language, int] = {"zh": 0, "en": 1}


def phrase(language: Language, key: str, **values: object) -> str:
    """Returns the phrase of a key with its values filled in. A code without a phrase is returned as it is."""
    texts = _PHRASES.get(key)
    return texts[_INDEX[language]].format(**values) if texts else key.split(".", maxsplit=1)[-1]


def named(prefix: str, language: Language) -> dict[str, str]:
    """Returns all codes of a group (`level`, `severity`, …) with their names."""
    return {
        key.split(".")[1]: texts[_INDEX[language]] for key, texts in _PHRASES.items() if key.startswith(f"{prefix}.")
    }


def yuan(fen: int) -> str:
    """Returns an amount of fen as a text in yuan."""
    return f"{fen // 100:,}.{fen % 100:02} 元"
