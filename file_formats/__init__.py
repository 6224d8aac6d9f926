"""Files that people send, from bytes to numbered rows: encodings, CSV, Excel workbooks, JSON lines, headers, refusals.

Knows no topic, no HTTP and no command: every place that takes a file calls this package and adds only what a row means.
"""
