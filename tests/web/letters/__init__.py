"""The pages that letters lead to."""
