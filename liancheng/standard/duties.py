"""Whether what a decision asks for was performed, as far as its agency has said."""

from liancheng.records.facts import DecisionFact, Document


def performed(document: Document) -> bool:
    """Corrected, and paid where there was something to pay (Order 36, second condition: 纠正失信行为,完全履行义务)."""
    decision = document.decision
    if decision is None or document.performance_correction is None:
        return False
    return document.performance_payment is not None or not _is_to_pay(decision)


def _is_to_pay(decision: DecisionFact) -> bool:
    return bool(decision.fine_fen or decision.confiscated_fen) or "fine" in decision.kinds
