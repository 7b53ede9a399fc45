"""The hazards of received texts, one by one, as readers see them."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.text import to_html, to_plain

from .checks import assert_safe


@pytest.mark.parametrize(
    ("received", "read"),
    [
        # accents and letters
        (r"Schr\"{o}dinger", "Schrödinger"),
        (r"na\"{\i}ve", "naïve"),
        (r"Fr\'echet", "Fréchet"),
        (r"Polyak-\L ojasiewicz", "Polyak-Łojasiewicz"),
        (r"It\^o, Omn\`es, \v{S}ekai, \c{c}a, \v s, Erd\H{o}s, \o re", "Itô, Omnès, Šekai, ça, š, Erdős, øre"),
        (r"S\'{\i}, caf\'e, \AA{}ngstrom", "Sí, café, Ångstrom"),
        (r"the object\'s shape", "the object's shape"),
        (r"\"<b>", '"<b>'),
        # commands
        (r"(\eg, dogs), \ie cats, and so on \etc.", "(e.g., dogs), i.e. cats, and so on etc."),
        (r"our \method{} beats \sysName on \dataset{Ours}", "our beats sysName on Ours"),
        (r"\textbf{L}azy {\em finite} {\sc Legendre} \texttt{run} \emph{x}", "Lazy finite Legendre run x"),
        (r"\textcolor{red}{Warning} \vspace{2em}end \label{x}", "Warning end"),
        (r"one\footnote{two} as in \cite{key}", "one (two) as in [key]"),
        (r"{\tau} and {\lambda}, 360{\deg}", "τ and λ, 360°"),
        (r"\sqrt{n} \frac{a}{b+1} \hat{a}", "√n a/(b+1) â"),
        # escapes
        (r"7\% \& a\_b \#1 \$5 \{x\}", "7% & a_b #1 $5 {x}"),
        (r"valued at \1 million", "valued at 1 million"),
        (r"41\% vs.\ 33\\ and \, more", "41% vs. 33 and more"),
        # quotes, ties and dashes
        ("``early exits'' and ``features\" here", "“early exits” and “features” here"),
        ("the ''second'' kind", "the “second” kind"),
        ("`less' is more", "‘less’ is more"),
        ("f'' and 5' 3'' of don't", "f'' and 5' 3'' of don't"),
        ("Author~(2019), Fig.~3, ~1.5-9% and about ~5", "Author (2019), Fig. 3, ~1.5-9% and about ~5"),
        ("1--5, a -- b --- c, --flag, C-- and <-- -->", "1–5, a – b — c, --flag, C-- and <-- -->"),
        ("a ---- rule", "a ---- rule"),
        # half-stripped TeX
        ("200times faster on 256times 256", "200× faster on 256×256"),
        ("mathcal{O}(mathcal{A_Phi} + mathcal{B_Psi/k})", "O(A_Φ + B_Ψ/k)"),
        ("Z^m times { pm 2}", "Zᵐ × { ±2}"),
        ("langle f(x), {bf 0}_k rangle^{-2}", "⟨f(x), 0ₖ⟩⁻²"),
        ("AP_{BEV} and L_2^2-loss in 360^circ", "AP_BEV and L₂²-loss in 360°"),
        ("phi_Delta, E_{phi_{Delta}}, O(N^{-delta})", "φ_Δ, E_(φ_Δ), O(N^(-δ))"),
        ("KL(p || q) leq Delta, KL^*", "KL(p || q) ≤ Delta, KL*"),
        ("only sim30 pairs, sim 1\\% and sim2real", "only ~30 pairs, ~1% and sim2real"),
        ("texttt{D}ual-texttt{H}ead, teal{Tool-use}", "Dual-Head, Tool-use"),
        # what is left alone
        ("proptoleft(d/mright) alphagg1", "proptoleft(d/mright) alphagg1"),
        (
            "crime_tax, v_0.5-KI, contact_us@example.org, __init__",
            "crime_tax, v_0.5-KI, contact_us@example.org, __init__",
        ),
        ("34{56}, {0,1} and ImageNet-{A,R,V2}", "34{56}, {0,1} and ImageNet-{A,R,V2}"),
        ("*not* **bold** _nor_ this, 3 times 5 times", "*not* **bold** _nor_ this, 3 times 5 times"),
        ("p>2, a <-> b, 4% -> 7%, R&D", "p>2, a <-> b, 4% -> 7%, R&D"),
        ("an unbalanced { brace and } another", "an unbalanced { brace and } another"),
        ("[ABC+22,DEF21], author2023word", "[ABC+22,DEF21], author2023word"),
        ("{O}(T) and {BERT}", "O(T) and BERT"),
        # layout
        ("  two\nlines  and\ttabs ", "two lines and tabs"),
        ("one.\n\n two", "one. two"),
        ("admin\u202etxt.exe\u2066 a\x00b\x1b[31m \u200bx", "admintxt.exe ab[31m x"),
    ],
)
def test_plain_reading(received: str, read: str) -> None:
    assert to_plain(received) == read


@pytest.mark.parametrize(
    ("received", "read"),
    [
        (r"$x^2$ and $\alpha$", "x² and α"),
        (r"\(\mathcal{O}(n \log n)\)", "O(n log n)"),
        (r"\[ a_i \le \sqrt{n} \]", "aᵢ ≤ √n"),
        (r"$$\frac{a}{b+1}$$", "a/(b + 1)"),
        (r"\begin{equation}x=1\end{equation}", "x = 1"),
        (r"$R_{\rm A} = 2.5 \pm 0.5$", "R_A = 2.5 ± 0.5"),
        (r"$\mathbb{Z}[[q]]$, $10^{-3}$", "ℤ[[q]], 10⁻³"),
        (r"H$_2$SO$_4$", "H₂SO₄"),
        (r"$textbf{a}$", "a"),
        # not formulas
        ("costs $5 million and $10", "costs $5 million and $10"),
        ("for $5 or 6 US$.", "for $5 or 6 US$."),
        ("many bugs for 1$: cheap at $0.34", "many bugs for 1$: cheap at $0.34"),
        ("a $ b $ c", "a $ b $ c"),
        (r"\$5 and \$6", "$5 and $6"),
        ("an open $x", "an open $x"),
        ("an open \\(x", "an open x"),
        # formulas that cannot be set are still readable
        (r"$\left(\alpha + \mathbf{x}$", "(α + x"),
        (r"$\sqrt$", "√"),
        ("$" + "{" * 50 + "x" + "}" * 50 + "$", "x"),
    ],
)
def test_formulas_in_plain_text(received: str, read: str) -> None:
    assert to_plain(received) == read


def test_formulas_become_small_mathml() -> None:
    assert to_html("$x^2$") == "<math><msup><mi>x</mi><mn>2</mn></msup></math>"
    assert to_html(r"\[x\]") == '<math display="block"><mi>x</mi></math>'
    assert "<mo>±</mo>" in to_html(r"$a\pm b$")
    assert '<mi>n</mi><mspace width="0.167em"></mspace><mi>log</mi>' in to_html(r"$n \log n$")
    assert "<mi>rot</mi>" in to_html(r"$\sin i_{\rm rot}$")
    assert "xmlns" not in to_html(r"$\sum_{i=1}^n x_i$")


def test_a_formula_that_cannot_be_set_is_shown_as_text() -> None:
    assert to_html(r"see $\left(\alpha$ here") == "see (α here"
    assert to_html("$" + "a+" * 1100 + "a$").startswith("a+a+")
    assert "math" not in to_html(r"$\def\x{\x\x}\x$")


def test_html_of_styles_scripts_and_paragraphs() -> None:
    assert to_html(r"\textbf{L}azy {\em x} {\sc Abc} \texttt{y}") == (
        '<strong>L</strong>azy <em>x</em> <span class="sc">Abc</span> <code>y</code>'
    )
    assert to_html("AP_{BEV} L_2^2") == "AP<sub>BEV</sub> L<sub>2</sub><sup>2</sup>"
    assert to_html("one.\n\ntwo") == "one.<br><br>two"
    assert to_html("wrapped\nline") == "wrapped line"
    assert to_html("as arXiv wraps.\n  A second paragraph") == "as arXiv wraps.<br><br>A second paragraph"
    assert to_html("a title that goes\n  on") == "a title that goes on"
    assert to_html("Author~(2019)") == "Author\u00a0(2019)"


def test_html_is_escaped_once() -> None:
    assert to_html("a < b & c > d") == "a &lt; b &amp; c &gt; d"
    assert to_html("&lt;b&gt; \\%") == "&amp;lt;b&amp;gt; %"
    assert assert_safe(to_html(r"$\text{<script>alert(1)</script>}$")).text == ["<script>alert(1)</script>"]


def test_deep_braces_end_somewhere() -> None:
    assert to_plain("{\\em " * 500 + "x" + "}" * 500).count("x") == 1
    assert_safe(to_html("{\\em " * 500 + "x" + "}" * 500))


def test_many_formulas_end_somewhere() -> None:
    fragment = to_html("$x_1$ " * 300)
    assert fragment.count("<math>") == 200
    assert fragment.count("x_1") == 100
