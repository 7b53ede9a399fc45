"""The community room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """People: accounts now; votes, comments and submissions build on them."""

    name = "broadsheet.community"
    label = "community"

    def ready(self) -> None:
        """Say what becomes of people's votes, comments and lists when papers become one."""
        from broadsheet.community.carrying import attach

        attach()
