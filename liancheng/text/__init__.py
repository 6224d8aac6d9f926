"""What agencies print, in one spelling: names, codes, document numbers, days, amounts, kinds.

Knows no rule of the standard and no state: the same text always gives the same value.
"""
