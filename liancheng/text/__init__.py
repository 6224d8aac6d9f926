"""Normalises what agencies print: names, codes, document numbers, days, amounts, kinds.

No rule of the standard and no state: the same text always gives the same value.
"""
