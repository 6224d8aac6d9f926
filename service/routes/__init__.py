"""/v1: one router for each subject, in a folder for each kind of user.

Holds no logic beyond reading a request and wording its answer.
"""
