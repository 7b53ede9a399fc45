"""The one setting of a cluster is read whole or refused with its wrong part named, and its key is never shown."""

from __future__ import annotations

import sys

import pytest

from broadsheet.search.engines.base import EngineError
from broadsheet.search.engines.qdrant import Address, AddressError, from_url, parse


def test_a_short_address_has_one_of_everything() -> None:
    assert parse("qdrant://search/papers") == Address(nodes=("http://search:6333",), name="papers")


def test_a_long_address_says_all() -> None:
    address = parse(
        "qdrant://:k%40y@one:1234,two,[::1]:99/papers-2?shards=3&replicas=2&write_consistency=1&timeout=0.5&tls=1"
    )
    assert address == Address(
        nodes=("https://one:1234", "https://two:6333", "https://[::1]:99"),
        name="papers-2",
        api_key="k@y",
        shards=3,
        replicas=2,
        write_consistency=1,
        timeout=0.5,
    )


def test_every_replica_acknowledges_a_write_unless_told_otherwise() -> None:
    assert parse("qdrants://a/papers?replicas=3").write_consistency == 3
    assert parse("qdrants://a/papers").nodes == ("https://a:6333",)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "not of the form"),
        ("http://host:6333/papers", "not of the form"),
        ("qdrant://host", "not of the form"),
        ("qdrant://host/papers#part", "not of the form"),
        ("qdrant://host/", "name of a collection"),
        ("qdrant://host/a b", "name of a collection"),
        ("qdrant://host/../x", "not of the form"),
        ("qdrant:///papers", "host"),
        ("qdrant://host:0/papers", "host:0"),
        ("qdrant://host:99999/papers", "host:99999"),
        ("qdrant://one,,two/papers", "host"),
        ("qdrant://me:secret@host/papers", "no name of a user"),
        ("qdrant://host/papers?shard=3", "'shard'"),
        ("qdrant://host/papers?shards=0", "shards=0"),
        ("qdrant://host/papers?shards=x", "shards=x"),
        ("qdrant://host/papers?shards=2&shards=3", "twice"),
        ("qdrant://host/papers?replicas=99", "replicas=99"),
        ("qdrant://host/papers?replicas=1&write_consistency=2", "more than replicas=1"),
        ("qdrant://host/papers?timeout=0", "timeout=0"),
        ("qdrant://host/papers?timeout=-1", "timeout=-1"),
        ("qdrant://host/papers?timeout=nan", "timeout=nan"),
        ("qdrant://host/papers?tls=yes", "tls=yes"),
    ],
)
def test_a_wrong_address_is_refused_with_its_wrong_part(url: str, part: str) -> None:
    with pytest.raises(AddressError, match=r"search address") as caught:
        parse(url)
    assert part in str(caught.value)


def test_the_key_is_never_shown() -> None:
    assert "secret" not in repr(parse("qdrants://:secret@host/papers"))
    for url in ("qdrants://:secret@host/pa pers", "qdrants://me:secret@host/papers", "qdrants://:secret@host"):
        with pytest.raises(AddressError) as caught:
            parse(url)
        assert "secret" not in str(caught.value)


def test_an_engine_is_made_without_asking_anything() -> None:
    engine = from_url("qdrant://127.0.0.1:1/papers?timeout=0.1")
    assert (engine.name, engine.address.timeout) == ("qdrant", 0.1)
    engine.link.close()


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("broadsheet.search.engines.qdrant.")]:
        if not name.endswith(".address"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(EngineError, match=r"pip install 'broadsheet\[qdrant\]'"):
        from_url("qdrant://host/papers")
