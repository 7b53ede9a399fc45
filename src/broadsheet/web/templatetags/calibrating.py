"""Shares and measures as they are printed."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def per_cent(share: float) -> str:
    """A share from 0 to 1 in per cent, with a decimal where it is small: ``0.031`` is ``3.1 %``."""
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.0995 else f"{100 * share:.0f} %"


@register.filter
def measure(value: float) -> str:
    """A measure with four decimals and a true minus sign."""
    return f"{value:.4f}".replace("-", "−")
