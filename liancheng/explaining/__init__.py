"""Explains a company's level in Chinese and English, with the source of every rule.

Only puts into words what the fold has decided; decides nothing itself.
"""
