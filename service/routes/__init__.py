"""/v1: one router for each subject, in a folder for each kind of user.

Holds no logic: a route reads a request, calls an engine, and writes its answer. Imports no page.
"""
