"""XML bombs are refused at once, with little memory and no help from feedparser; honest XML is read."""

from __future__ import annotations

import io
import subprocess
import sys

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.record import SourceError
from broadsheet.sources.safe_xml import MOST_NESTED, guard_feed, parse_xml
from tests.sources.bombs import BOMBS

# Runs in a process of its own, which the kernel ends when it takes more: ten seconds for all of the bombs by both
# readers, and 50 MB of address space above what it had with the bomb in its hands.
CORPUS = """
import resource, sys
from broadsheet.sources.record import SourceError
from broadsheet.sources.safe_xml import guard_feed, parse_xml
from tests.sources.bombs import BOMBS
def space():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
# What the first run of anything allocates once and for all is no cost of a bomb.
parse_xml(b"<a/>", "a"), guard_feed(b"<a/>")
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
for name, make in BOMBS.items():
    for read in (parse_xml, guard_feed):
        bomb = make()
        resource.setrlimit(resource.RLIMIT_AS, (space() + 50_000_000, resource.RLIM_INFINITY))
        try:
            read(bomb, name)
        except SourceError:
            print(name)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limits are Linux's")
def test_the_bombs_are_refused_within_50_megabytes_and_seconds() -> None:
    result = subprocess.run([sys.executable, "-c", CORPUS], capture_output=True, text=True, check=False, timeout=100)
    assert result.returncode == 0, result.stderr[-2_000:]
    assert result.stdout.splitlines() == [name for name in BOMBS for _ in range(2)]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_name(name: str) -> None:
    bomb = BOMBS[name]()
    for read in (parse_xml, guard_feed):
        with pytest.raises(SourceError, match=r"^answer\.xml:"):
            read(bomb, "answer.xml")


class TestParsing:
    def test_gives_the_root(self) -> None:
        root = parse_xml(b'<?xml version="1.0"?><a x="1">one<b/>two</a>', "answer.xml")
        assert (root.tag, root.get("x"), root.text, root[0].tail) == ("a", "1", "one", "two")

    @pytest.mark.parametrize("codec", ["utf-8", "utf-16", "iso-8859-1", "ascii", "windows-1252"])
    def test_reads_the_stated_encoding(self, codec: str) -> None:
        letter = "e" if codec == "ascii" else "é"
        content = f'<?xml version="1.0" encoding="{codec}"?><a>{letter}</a>'.encode(codec)
        assert parse_xml(content, "answer.xml").text == letter

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "answer.xml:1: not well-formed XML: no element found"),
            (b"<a>\n<b>\n</a>", "answer.xml:3: not well-formed XML: mismatched tag"),
            (b"<a>\n<b", "answer.xml:2: not well-formed XML: unclosed token"),
            (b"<a>\n&nbsp;</a>", "answer.xml:2: not well-formed XML: undefined entity"),
            (b"<a>\ncaf\xe9</a>", "answer.xml:2: not well-formed XML: not well-formed"),
            (b"{}", "answer.xml:1: not well-formed XML: not well-formed"),
            (b"<a/>\n<b/>", "answer.xml:2: not well-formed XML: junk after document element"),
            (b'<?xml version="1.0" encoding="nonsense"?><a/>', "answer.xml:1: not "),
            (b'<?xml version="1.0" encoding="hex"?><a/>', "answer.xml:1: not "),
            (b"\n<!DOCTYPE html><html></html>", "answer.xml:2: a web page"),
        ],
    )
    def test_says_where_it_is_wrong(self, content: bytes, message: str) -> None:
        with pytest.raises(SourceError) as caught:
            parse_xml(content, "answer.xml")
        assert str(caught.value).startswith(message)

    def test_takes_text_of_any_length(self) -> None:
        text = "words and more words\n" * 300_000
        assert parse_xml(f"<a>{text}</a>".encode(), "answer.xml").text == text
        assert parse_xml(f"<a><![CDATA[{text}]]></a>".encode(), "answer.xml").text == text

    def test_takes_as_many_elements_as_are_allowed(self) -> None:
        content = b"<a>" + b"<b/>" * 99 + b"</a>"
        assert len(parse_xml(content, "answer.xml", most_elements=100)) == 99
        with pytest.raises(SourceError, match="more than 99 elements"):
            parse_xml(content, "answer.xml", most_elements=99)
        depth = b"<a>" * MOST_NESTED, b"</a>" * MOST_NESTED
        assert parse_xml(depth[0] + depth[1], "answer.xml").tag == "a"
        with pytest.raises(SourceError, match="nested more than"):
            parse_xml(b"<b>" + depth[0] + depth[1] + b"</b>", "answer.xml")

    @given(st.binary(max_size=300) | st.text("<>&;!?[]'\"ab -=/DOCTYPENI%x\n", max_size=200).map(str.encode))
    def test_rubbish_is_an_error_of_ours(self, rubbish: bytes) -> None:
        try:
            parse_xml(rubbish, "answer.xml")
        except SourceError:
            return


RSS = """<?xml version="1.0" encoding="{codec}"?>
<rss version="2.0"><channel><title>Papers</title>
<item><title>{title}</title><guid>1</guid></item>
</channel></rss>"""


def titles(content: bytes, **options: str) -> list[str]:
    """What feedparser finds in a feed that was let through."""
    return [entry.title for entry in feedparser.parse(io.BytesIO(guard_feed(content, **options))).entries]


class TestGuard:
    @pytest.mark.parametrize(
        "codec",
        ["utf-8", "utf-8-sig", "utf-16", "utf-32", "iso-8859-1", "windows-1252", "mac-roman"],
    )
    def test_reads_the_stated_encoding(self, codec: str) -> None:
        assert titles(RSS.format(codec=codec, title="Café").encode(codec)) == ["Café"]

    @pytest.mark.parametrize("codec", ["shift_jis", "euc-jp", "gb2312", "gb18030", "big5", "euc-kr"])
    def test_reads_wide_alphabets(self, codec: str) -> None:
        assert titles(RSS.format(codec=codec, title="文字").encode(codec)) == ["文字"]

    @pytest.mark.parametrize(
        ("stated", "real", "title"),
        [
            ("utf-8", "iso-8859-1", "Café"),
            ("utf-8", "windows-1252", "Café “of papers”"),
            ("iso-8859-1", "utf-8", "Café “of papers”"),
            ("us-ascii", "utf-8", "Café"),
            ("utf-16", "utf-8", "Café"),
            ("nonsense", "utf-8", "Café"),
            ("nonsense", "windows-1252", "Café"),
            ("", "utf-8", "Café"),
        ],
    )
    def test_keeps_a_feed_readable_that_states_a_wrong_encoding(self, stated: str, real: str, title: str) -> None:
        assert titles(RSS.format(codec=stated, title=title).encode(real)) == [title]

    def test_keeps_a_long_text_of_another_encoding(self) -> None:
        content = RSS.format(codec="utf-8", title="Étude à côté " * 2_000).encode("iso-8859-1")
        (title,) = titles(content)
        assert title == ("Étude à côté " * 2_000).strip()

    def test_says_when_no_encoding_fits(self) -> None:
        content = RSS.format(codec="utf-8", title="Пример " * 2_000).encode("koi8-r")
        with pytest.raises(SourceError, match="not in the encoding that it states"):
            guard_feed(content, "feed.xml")

    def test_keeps_letters_whole_at_any_place(self) -> None:
        for shift in range(4):
            text = "x" * shift + "word " * 3_000 + "日本𝔸é" * 10_000
            assert titles(RSS.format(codec="utf-8", title=text).encode()) == [text]
            mixed = RSS.format(codec="utf-8", title=text).encode().replace(b"</title><guid>", b"\xe9</title><guid>")
            assert titles(mixed) == [f"{text}é"]

    def test_keeps_the_rest_of_a_text_with_one_wrong_byte(self) -> None:
        content = RSS.format(codec="utf-8", title="Café and Z").encode().replace(b"Z", b"caf\xe9 \xf0\x28\x8c\x28")
        (title,) = titles(content)
        assert title.startswith("Café and café ð(Œ(")

    def test_takes_the_encoding_of_the_header_where_the_feed_states_none(self) -> None:
        content = RSS.partition("\n")[2].format(title="Пример").encode("koi8-r")
        assert titles(content, charset="koi8-r") == ["Пример"]

    @pytest.mark.parametrize("charset", ["utf-7", "cp037", "idna", "unicode_escape", "iso2022_jp", "punycode"])
    def test_refuses_encodings_in_which_markup_can_hide(self, charset: str) -> None:
        for content, header in ((RSS.format(codec=charset, title="x").encode(), ""), (b"<rss/>", charset)):
            with pytest.raises(SourceError, match="markup can hide"):
                guard_feed(content, "feed.xml", charset=header)

    def test_leaves_out_letters_that_xml_does_not_know(self) -> None:
        assert titles(RSS.format(codec="utf-8", title="a\x0bb\x00c\ufffe").encode()) == ["abc"]

    @pytest.mark.parametrize("quoted", ["<!DOCTYPE html>", '<!ENTITY x "y">', "<?php ?>", "<html>"])
    def test_lets_an_item_speak_of_declarations(self, quoted: str) -> None:
        content = RSS.format(codec="utf-8", title=f"<![CDATA[On {quoted} and more]]>").encode()
        assert guard_feed(content).endswith(content.partition(b"?>")[2])

    def test_takes_the_one_declaration_that_old_feeds_have(self) -> None:
        content = (
            b'<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"\n'
            b' "http://my.netscape.com/publish/formats/rss-0.91.dtd">\n'
            b'<rss version="0.91"><channel><item><title>Old</title></item></channel></rss>'
        )
        assert titles(content) == ["Old"]

    @pytest.mark.parametrize(
        "page",
        [
            b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head></html>",
            b"<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><HTML></HTML>",
            b"\xef\xbb\xbf\n<html lang='en'></html>",
            b"<!-- made by hand --><html></html>",
        ],
    )
    def test_knows_a_web_page(self, page: bytes) -> None:
        with pytest.raises(SourceError, match=r"^feed.xml: a web page \(HTML\), not a feed$"):
            guard_feed(page, "feed.xml")

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (RSS.format(codec="utf-8", title="a & b").encode(), ["a & b"]),
            (RSS.format(codec="utf-8", title="a&nbsp;b").encode(), ["a\xa0b"]),
            (RSS.format(codec="utf-8", title="whole").encode()[:-25], ["whole"]),
            (b"\n\n" + RSS.format(codec="utf-8", title="late").encode(), ["late"]),
            (b"warning: 1\n" + RSS.format(codec="utf-8", title="behind").encode(), ["behind"]),
        ],
    )
    def test_lets_feedparser_mend_what_is_broken(self, content: bytes, found: list[str]) -> None:
        assert titles(content) == found

    def test_cuts_what_feedparser_would_be_long_with(self) -> None:
        content = RSS.format(codec="utf-8", title="short</title><author>" + "a" * 100_000 + "</author><title>")
        safe = guard_feed(content.replace("<rss", "\n" * 100_000 + "<rss", 1).encode())
        assert len(safe) < 2_000
        (entry,) = feedparser.parse(io.BytesIO(safe)).entries
        assert (entry.title, entry.author) == ("short", "a" * 1_000)

    def test_bounds_the_tags_of_a_broken_feed(self) -> None:
        content = RSS.format(codec="utf-8", title="&" + "<b>x</b>" * 60_000).encode()
        with pytest.raises(SourceError, match="not well-formed"):
            guard_feed(content, "feed.xml")

    @given(st.binary(max_size=300) | st.text("<>&;!?[]'\"rs -=/DOCTYPENI%x\n\0", max_size=200).map(str.encode))
    def test_what_is_let_through_declares_nothing(self, rubbish: bytes) -> None:
        try:
            safe = guard_feed(rubbish, "feed.xml")
        except SourceError:
            return
        head = safe.partition(b"?>")[2].decode()
        assert not head.lstrip().upper().startswith(("<!DOCTYPE", "<!ENTITY"))
        again = guard_feed(safe, "feed.xml")
        assert again == safe
