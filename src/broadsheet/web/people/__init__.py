"""Profiles, tokens, invitations and the accounts that wait for approval."""
