"""Superscripts and subscripts in plain Unicode."""

from __future__ import annotations

_SUPER = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW*∘°′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ*°°′",
        strict=True,
    )
)
_SUB = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))


def _raised(text: str, table: dict[str, str], sign: str) -> str:
    text = text.strip()
    tight = text.replace(" ", "")
    if tight and all(character in table for character in tight) and sum(map(str.isalpha, tight)) <= 4:
        return "".join(table[character] for character in tight)
    if len(text) <= 1 or text.isalnum():
        return sign + text if text else ""
    return f"{sign}({text})"


def superscript(text: str) -> str:
    """``text`` raised: ``2`` gives ², and ``1/2``, which Unicode lacks, gives ^(1/2)."""
    return _raised(text, _SUPER, "^")


def subscript(text: str) -> str:
    """``text`` lowered: ``2`` gives ₂, and ``BEV``, which Unicode lacks, gives _BEV."""
    return _raised(text, _SUB, "_")
