"""Commands of an agency: `publish`, `receipts`, `province`."""
