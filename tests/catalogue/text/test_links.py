"""Addresses in texts: found, cleaned, sorted into kinds, and set as links."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.text import FoundLink, find_links, safe_url, to_html, to_plain

from .checks import assert_safe

REL = 'rel="nofollow noopener ugc"'


@pytest.mark.parametrize(
    ("text", "url", "kind"),
    [
        ("at https://github.com/owner/repo.", "https://github.com/owner/repo", "code"),
        ("at https://github.com/owner/repo .", "https://github.com/owner/repo", "code"),
        ("(http://github.com/owner/repo), and", "https://github.com/owner/repo", "code"),
        ("https://www.github.com/owner/repo.git", "https://github.com/owner/repo", "code"),
        ("https://github.com/owner/repo/tree/main/sub-dir?x=1#y", "https://github.com/owner/repo", "code"),
        ("https://github.com/o/r{https://github.com/o/r}.", "https://github.com/o/r", "code"),
        ("https://github.com/o/r_name{blue{https://github.com/o/r_name}}.", "https://github.com/o/r_name", "code"),
        (r"\url{https://github.com/o/SAR-JEPA.", "https://github.com/o/SAR-JEPA", "code"),
        (r"\url{https://github.com/o/my\_repo}", "https://github.com/o/my_repo", "code"),
        (r"\href{https://github.com/o/r}{here}", "https://github.com/o/r", "code"),
        ("https: // github. com/ Owner/ RepoGAN. More", "https://github.com/Owner/RepoGAN", "code"),
        ("https:/github.com/o/r", "https://github.com/o/r", "code"),
        ("code (github.com/o/r/) here", "https://github.com/o/r", "code"),
        ("https://gitlab.com/o/r https://x", "https://gitlab.com/o/r", "code"),
        ("https://codeberg.org/o/r", "https://codeberg.org/o/r", "code"),
        ("https://bitbucket.org/o/r/src", "https://bitbucket.org/o/r", "code"),
        (
            "https://anonymous.4open.science/r/abc/README.md{here.}",
            "https://anonymous.4open.science/r/abc/README.md",
            "code",
        ),
        ("https://github.com/owner", "https://github.com/owner", "other"),
        ("https://github.com/orgs/owner/x", "https://github.com/orgs/owner/x", "other"),
        ("https://huggingface.co/datasets/o/d/tree/main", "https://huggingface.co/datasets/o/d", "dataset"),
        ("https://hf.co/o/model-1.5B.", "https://huggingface.co/o/model-1.5B", "model"),
        ("huggingface.co/spaces/o/demo", "https://huggingface.co/spaces/o/demo", "project"),
        ("https://huggingface.co/collections/o/c-1", "https://huggingface.co/collections/o/c-1", "other"),
        ("https://huggingface.co/owner", "https://huggingface.co/owner", "other"),
        ("https://youtu.be/abc (part 1)", "https://youtu.be/abc", "video"),
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc", "video"),
        ("https://vimeo.com/1", "https://vimeo.com/1", "video"),
        ("https://owner.github.io/page/.", "https://owner.github.io/page/", "project"),
        ("see owner.github.io/page", "https://owner.github.io/page", "project"),
        ("at www.example.org.", "https://www.example.org", "other"),
        ("https://a.org/x_(y)", "https://a.org/x_(y)", "other"),
        ("[label](https://a.org/x), [a.org](https://a.org/x)", "https://a.org/x", "other"),
        ("HTTPS://A.org/X", "https://A.org/X", "other"),
        ("see~https://a.org/x", "https://a.org/x", "other"),
    ],
)
def test_one_link_is_found_clean(text: str, url: str, kind: str) -> None:
    assert [(link.url, link.kind) for link in find_links(text)] == [(url, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "no link, user@www.example.org, a/b, e.g. and/or 3.5",
        "https://hf.barry1.top/nvidia/model",
        "https://user:secret@example.org/x",
        "https://localhost/x",
        "javascript:alert(1) ftp://example.org data:text/html,x",
        "https://",
        "https:// / / .",
    ],
)
def test_nothing_to_link(text: str) -> None:
    assert find_links(text) == []
    assert "<a " not in to_html(text)


def test_links_keep_their_order_and_come_once() -> None:
    text = "https://b.org/x, https://github.com/O/R, https://github.com/o/r/issues, https://b.org/x/ and https://a.org"
    assert find_links(text) == [
        FoundLink("https://b.org/x", "other"),
        FoundLink("https://github.com/O/R", "code"),
        FoundLink("https://a.org", "other"),
    ]


def test_anchor_keeps_the_subpath_and_shows_the_address_without_scheme() -> None:
    assert to_html("at https://github.com/o/r/tree/main/x.") == (
        f'at <a href="https://github.com/o/r/tree/main/x" {REL}>github.com/o/r/tree/main/x</a>.'
    )


def test_a_long_address_is_shortened_in_the_middle() -> None:
    url = "https://example.org/" + "a" * 50 + "/the-end"
    shown = assert_safe(to_html(url)).text[0]
    assert len(shown) == 60
    assert shown.startswith("example.org/aaa")
    assert shown.endswith("aaa/the-end")
    assert "…" in shown


def test_no_links_where_none_are_wanted() -> None:
    assert to_html("at https://a.org/x_1", autolink=False) == "at https://a.org/x_1"


def test_labels_are_kept_when_they_say_something() -> None:
    assert to_plain("https://a.org/x{here} y") == "https://a.org/x y"
    assert to_plain("https://a.org/x{Our code will follow}") == "https://a.org/x (Our code will follow)"
    assert to_plain(r"\href{https://a.org/x}{our page}") == "our page (https://a.org/x)"
    # An address as label may lie about its target: only the target is shown.
    assert to_plain(r"\href{https://evil.example/}{https://github.com/o/r}") == "https://evil.example/"


def test_signs_inside_an_address_stay() -> None:
    assert to_plain("https://a.org/a--b_c^~d") == "https://a.org/a--b_c^~d"
    assert find_links("https://a.org/~name/x_1")[0].url == "https://a.org/~name/x_1"
    assert to_plain("mirror https://hf.barry1.top/a_b--c") == "mirror https://hf.barry1.top/a_b--c"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://a.b:8080/x?y=z#w",
        "https://[2001:db8::1]/x",
        "https://localhost:8000/",
        "http://é.org/",
    ],
)
def test_safe_urls(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "//example.org",
        "javascript:alert(1)",
        "JAVASCRIPT://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https:example.org",
        " https://example.org",
        "https://example.org/a b",
        "https://exa\nmple.org",
        "https://example.org/\x00",
        "https://example.org/\u202e",
        "https://user@example.org",
        "https://user:pw@example.org",
        "https://example.org\\@evil.example",
        'https://example.org/"x',
        "https://example.org/<x>",
        "https://:80/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://[::1",
        "https://-a.org/",
        "https://a..org/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_unsafe_urls(url: str) -> None:
    assert safe_url(url) == ""
