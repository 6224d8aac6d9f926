"""Names of companies: their parts, how alike two are and why, and an index to look a name up in a million."""

from liancheng.naming.factors import Reason
from liancheng.naming.folded import fold
from liancheng.naming.index import Match, NameIndex
from liancheng.naming.parts import Name, parse
from liancheng.naming.similarity import CUTOFF, Comparison, compare

__all__ = ["CUTOFF", "Comparison", "Match", "Name", "NameIndex", "Reason", "compare", "fold", "parse"]
