"""What several families of commands use: options, tables, words, input files.

It never imports a family.
"""
