"""Subscriptions: what is sent to somebody, when and where to."""
