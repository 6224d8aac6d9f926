"""`standard`: the unified standard read, checked, compared, previewed, adopted, and tried on cited articles.

A file for each command; what the standard is, is in `liancheng.standard`.
"""
