"""Turns an agency's event into a receipt, a standardised document and facts.

Never reads the list: the consequences of a document are decided in `joint_list`.
"""
