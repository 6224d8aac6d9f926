"""Files that people send, from bytes to numbered rows: text encodings, CSV, Excel workbooks.

Knows no column and no topic: what a row means is decided by whoever asked for the file.
"""
