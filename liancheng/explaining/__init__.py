"""Why a company stands where it stands, in Chinese and English, with the source of every rule.

Only puts into words what the fold has decided; decides nothing itself.
"""
