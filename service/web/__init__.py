"""What requests of every kind meet: limits, authentication, problems, the parts to ask for, the OpenAPI document.

Answers no question about a company, which engines do; imports no route and no page.
"""
