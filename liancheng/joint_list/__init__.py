"""A company's documents become its entry on the joint-sanction list, day by day.

Never reads what an agency printed: it sees standardised facts only.
"""
