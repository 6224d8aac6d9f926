"""Pages for a bank's clerk."""
