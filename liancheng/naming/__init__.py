"""Company names: their parts, how similar two names are and why, and an index to find one among a million."""

from liancheng.naming.factors import NameReason
from liancheng.naming.folded import fold
from liancheng.naming.index import Match, NameIndex
from liancheng.naming.parts import Name, parse
from liancheng.naming.similarity import CUTOFF, NameComparison, compare

__all__ = ["CUTOFF", "Match", "Name", "NameComparison", "NameIndex", "NameReason", "compare", "fold", "parse"]
