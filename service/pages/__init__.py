"""Pages in a browser: for people what /v1 is for programs. What all pages share, and a folder for each kind of user.

Imports no route; what is shared imports no folder.
"""
