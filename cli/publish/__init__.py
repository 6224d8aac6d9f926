"""`publish`: a file is read, checked or sent, and reported on row by row.

It reads no receipts but those of the file.
"""
