"""What is posted, format by format, as its receiver expects it; what comes from outside is never markup."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.delivery.webhooks.formats import discord, matrix, mattermost, plain_json, slack
from broadsheet.delivery.webhooks.telling import Told
from tests.delivery.webhooks.hooks import paper, told

NASTY = (
    "@everyone @here @channel <!channel> <!everyone> <@U123> <https://evil.example|paper> *bold* _it_ ~x~ `code` "
    "[x](https://evil.example) ||spoiler|| <b>b</b> > quote # head"
)
TEXTS = st.text(min_size=1, max_size=400).filter(str.strip)


@pytest.fixture(autouse=True)
def instance(settings: Any) -> None:
    settings.NAME, settings.BASE_URL = "Evening News", "https://papers.example"


def test_json_has_everything_and_a_version() -> None:
    made = plain_json.payload(
        told(), delivery="d1", issue="2026-03-04", subscription="s1", made_at="2026-03-04T07:00:00+00:00"
    )
    assert made == {
        "type": "papers",
        "version": 1,
        "timestamp": "2026-03-04T07:00:00+00:00",
        "data": {
            "delivery": "d1",
            "issue": "2026-03-04",
            "is_test": False,
            "instance": {"name": "Evening News", "url": "https://papers.example"},
            "subscription": {"key": "s1", "name": "Herons", "url": "https://papers.example/webhooks/k1"},
            "sections": [
                {
                    "title": "Herons",
                    "url": "https://papers.example/search?q=herons",
                    "total": 7,
                    "papers": [
                        {
                            "id": "2603.00001",
                            "key": "0000000000000001",
                            "url": "https://papers.example/papers/2603.00001",
                            "title": "The grey heron",
                            "authors": ["Ada Reader", "Ben Writer"],
                            "author_count": 2,
                            "abstract": "It waits & <watches>.",
                            "categories": ["cs.CL"],
                            "organisations": [],
                            "published_on": None,
                            "listed_on": "2026-03-04",
                            "code_url": None,
                            "votes_count": 3,
                            "comments_count": 0,
                            "stars_count": 0,
                            "reason": None,
                        }
                    ],
                }
            ],
        },
    }


def test_slack_gets_blocks() -> None:
    assert slack.message(told()) == {
        "text": "Herons: 1 paper",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Herons: 1 paper", "emoji": False}},
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*<https://papers.example/papers/2603.00001|The grey heron>*\n"
                    "Ada Reader, Ben Writer · cs.CL · ▲ 3\nIt waits &amp; &lt;watches&gt;.",
                    "verbatim": True,
                },
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": "<https://papers.example/webhooks/k1|Change or switch off>",
                        "verbatim": True,
                    }
                ],
            },
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_discord_gets_embeds_and_mentions_nobody() -> None:
    assert discord.message(told()) == {
        "content": "**Herons\\: 1 paper** · [Change or switch off](<https://papers.example/webhooks/k1>)",
        "embeds": [
            {
                "title": "The grey heron",
                "url": "https://papers.example/papers/2603.00001",
                "description": "Ada Reader, Ben Writer · cs.CL · ▲ 3\nIt waits & \\<watches\\>.",
            }
        ],
        "allowed_mentions": {"parse": []},
    }


def test_matrix_gets_an_event_that_mentions_nobody() -> None:
    assert matrix.event(told()) == {
        "msgtype": "m.text",
        "body": "Herons: 1 paper\n\nThe grey heron\nAda Reader, Ben Writer · cs.CL · ▲ 3\n"
        "https://papers.example/papers/2603.00001",
        "format": "org.matrix.custom.html",
        "formatted_body": "<h4>Herons: 1 paper</h4><ul><li><strong>"
        '<a href="https://papers.example/papers/2603.00001">The grey heron</a></strong>'
        "<br>Ada Reader, Ben Writer · cs.CL · ▲ 3<br>It waits &amp; &lt;watches&gt;.</li></ul>"
        '<p><a href="https://papers.example/webhooks/k1">Change or switch off</a></p>',
        "m.mentions": {},
    }
    assert sorted(matrix.hookshot(told())) == ["html", "text", "username"]


def test_mattermost_gets_markdown() -> None:
    assert mattermost.message(told()) == {
        "text": "#### Herons: 1 paper\n\n"
        "**[The grey heron](https://papers.example/papers/2603.00001)**  \n"
        "Ada Reader, Ben Writer · cs.CL · ▲ 3  \nIt waits &amp; &lt;watches&gt;.\n\n"
        "[Change or switch off](https://papers.example/webhooks/k1)"
    }


def test_a_test_says_that_it_is_one() -> None:
    assert slack.message(told(is_test=True))["text"] == "Test: Herons: 1 paper"
    assert "Test" in discord.message(told(is_test=True))["content"]
    assert plain_json.payload(told(is_test=True), delivery="", issue="", subscription="", made_at="")["data"]["is_test"]


def hostile() -> Told:
    return told(paper(title=NASTY, abstract=NASTY, authors=(NASTY,), reason=NASTY))


def test_slack_takes_nothing_of_others_for_markup() -> None:
    made = slack.message(hostile())
    for block in made["blocks"][1:-1]:
        text = block["text"]["text"]
        # The only things in angle brackets are our own links.
        assert re.findall(r"<[^>]*>", text) == re.findall(r"<https://papers\.example/[^>]*>", text)
        assert "*bold*" not in text
        assert "`" not in text
    assert "<!" not in json.dumps(made)


def test_discord_takes_nothing_of_others_for_markup() -> None:
    made = discord.message(hostile())
    assert made["allowed_mentions"] == {"parse": []}
    description = made["embeds"][0]["description"]
    bare = re.sub(r"\\.", "", description)
    assert not set(bare) & set("*_~`|<>[]()#@"), bare


def test_mattermost_mentions_nobody_and_keeps_others_words_plain() -> None:
    text = mattermost.message(hostile())["text"]
    assert not re.search(r"@(?!\u200b)", text)
    assert "<" not in text
    ours = re.sub(r"(?<!\\)\*\*\[|\]\(https://papers\.example/[^)]*\)(\*\*)?|^#### |^\[|(?m:^\[)", "", text)
    bare = re.sub(r"\\.", "", ours)
    assert not set(bare) & set("*_~`|[]"), bare


def test_matrix_escapes_what_comes_from_others() -> None:
    html = matrix.event(hostile())["formatted_body"]
    assert set(re.findall(r"<(\w+)", html)) <= {"h4", "ul", "li", "strong", "a", "br", "em", "p"}
    assert html.count("<a href=") == html.count('<a href="https://papers.example/')


@given(title=TEXTS, abstract=TEXTS, name=TEXTS, count=st.integers(1, 100), factor=st.integers(1, 12))
def test_nothing_is_ever_too_large_for_its_receiver(
    title: str, abstract: str, name: str, count: int, factor: int
) -> None:
    papers = [
        paper(number, title=title * factor, abstract=abstract * factor, authors=(name,) * 50, reason=name)
        for number in range(count)
    ]
    telling = told(*papers)
    blocks = slack.message(telling)["blocks"]
    assert len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3_000 for block in blocks if "text" in block)
    assert 1 <= len(blocks[0]["text"]["text"]) <= 150
    made = discord.message(telling)
    assert len(made["embeds"]) <= 10
    assert len(made["content"]) <= 2_000
    assert sum(len(one["title"]) + len(one["description"]) for one in made["embeds"]) <= 6_000
    assert all(len(one["title"]) <= 256 and len(one["description"]) <= 4_096 for one in made["embeds"])
    assert len(mattermost.message(telling)["text"]) <= 16_383
    assert len(json.dumps(matrix.event(telling), ensure_ascii=False).encode("utf-8", "replace")) <= 60_000


@pytest.mark.parametrize(("kind", "count"), [("slack", 40), ("discord", 20), ("mattermost", 30), ("matrix", 30)])
def test_as_many_papers_as_are_sent_have_room(kind: str, count: int) -> None:
    length = " and all that can be said of how it stands in the reeds"
    papers = [
        paper(number, title=f"Heron {number:03d}{length}", abstract="It waits. " * 100, authors=("Ada Reader",) * 30)
        for number in range(count)
    ]
    made = {
        "slack": slack.message,
        "discord": discord.message,
        "mattermost": mattermost.message,
        "matrix": matrix.event,
    }[kind](told(*papers))
    text = json.dumps(made)
    places = [text.find(f"Heron {number:03d}") for number in range(count)]
    assert -1 not in places
    assert places == sorted(places)
    assert "more paper" not in text


def test_what_has_no_room_is_counted() -> None:
    papers = [paper(number, title=f"Heron {number}") for number in range(60)]
    last = slack.message(told(*papers))["blocks"][-1]
    assert "12 more papers" in last["elements"][0]["text"]
