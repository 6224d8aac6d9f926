"""The `liancheng` command: a file or a folder for each family of commands, and `shared/` for what they have in common.

Nothing imports it. A family imports no other family.
"""
