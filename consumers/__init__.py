"""For banks: alerts without a gap, watches, the list itself."""

from consumers.bank import Bank
from consumers.gapless import MissingAlertError

__all__ = ["Bank", "MissingAlertError"]
