"""The form of a digest as a browser sends it."""

from __future__ import annotations

from tests.web.reading import Element


def fields_of(form: Element) -> dict[str, str | list[str]]:
    """What a browser would send of a form as it stands, without its buttons."""
    sent: dict[str, list[str]] = {}
    for field in form.all("input"):
        name, kind = field.attrs.get("name"), field.attrs.get("type", "text")
        if name and (kind not in ("checkbox", "radio") or "checked" in field.attrs):
            sent.setdefault(name, []).append(field.attrs.get("value", "on" if kind == "checkbox" else ""))
    for choice in form.all("select"):
        options = choice.all("option")
        chosen = [option for option in options if "selected" in option.attrs] or options[:1]
        sent[choice.attrs["name"]] = [chosen[0].attrs["value"]]
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def number_of(form: Element, label: str) -> str:
    """The number of the line that may be ticked under a label."""
    for item in form.all("li"):
        if item.all("b") and item.one("b").text == label:
            return item.one("input", name="line").attrs["value"]
    raise AssertionError(f"no line {label}")
