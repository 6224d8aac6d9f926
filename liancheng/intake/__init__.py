"""An agency's event becomes a standardised document, a receipt and facts.

Never looks at the list: what a document leads to is decided in `joint_list`.
"""
