"""What every request meets: the app, limits, sign-in, problems, the OpenAPI document.

Answers no question about a company: that is in `engines`.
"""
