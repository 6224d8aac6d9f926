"""The HTTP service: /v1 for programs, pages for people; `app` puts it together, `serving` runs it.

engines: what it does, without HTTP; web: what every request meets; routes, pages: a folder for each kind of user.
"""
