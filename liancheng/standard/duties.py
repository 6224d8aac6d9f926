"""Whether the duties under a decision were performed, as far as its agency has reported."""

from liancheng.records.facts import DecisionFact, Document


def performed(document: Document) -> bool:
    """Returns whether the violation was corrected and any amount paid.

    Order 36, second condition: 纠正失信行为,完全履行义务.
    """
    decision = document.decision
    if decision is None or document.performance_correction is None:
        return False
    return document.performance_payment is not None or not _must_pay(decision)


def _must_pay(decision: DecisionFact) -> bool:
    return bool(decision.fine_fen or decision.confiscated_fen) or "fine" in decision.kinds
