"""Reading what others wrote: the list, the register of banks, facts, alerts, receipts and their signatures.

Shared by the SDK and the services; serves nothing and follows nothing by itself.
"""
