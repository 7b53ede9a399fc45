"""The parts of a letter as templates with their styles inside, as mail clients want them.

The styles are written as one stylesheet (``letter.css``) and put into the ``style`` attributes of each template once,
when it is first used, not of each letter. What attributes cannot say (dark mode, narrow screens) stands in
``kept.css``, which a letter carries in its head.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import css_inline
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.utils.safestring import SafeString, mark_safe

_FOLDER = "delivery/"
_DOCUMENT = "letter"


def rendered(part: str, **told: object) -> SafeString:
    """A part of a letter (the name of a template in ``delivery/``), with everything that is told escaped."""
    text: str = _template(part).render(told).strip()
    return mark_safe(text)  # noqa: S308  (Django's template escaped it)


@cache
def kept_styles() -> SafeString:
    """The rules that stay a stylesheet; they hold nothing from outside."""
    lines = render_to_string(f"{_FOLDER}kept.css").splitlines()
    return mark_safe("".join(line.strip() for line in lines))  # noqa: S308


@cache
def _template(part: str) -> Any:
    source = get_template(f"{_FOLDER}{part}.html").template.source  # type: ignore[attr-defined]
    styles = render_to_string(f"{_FOLDER}letter.css")
    if part == _DOCUMENT:
        inliner = css_inline.CSSInliner(
            inline_style_tags=False,
            keep_style_tags=True,
            load_remote_stylesheets=False,
            extra_css=styles,
            minify_css=True,
        )
        inlined = inliner.inline(source)
    else:
        inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)
        inlined = inliner.inline_fragment(source, styles)
    return engines["django"].from_string(inlined)
