"""OAI-PMH as the fake arXiv speaks it, in the form of the server of 2025 or of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape

from tests.fakes.arxiv_catalogue import MadeCatalogue, MadePaper, set_of
from tests.fakes.arxiv_faults import Fault, Reply, told_index

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
    ' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
)
# OAI-PMH is updated some hours after an announcement.
DELAY = timedelta(hours=2, minutes=30)


@dataclass
class OaiServer:
    """Answers the verbs that a harvester needs. ``style`` is ``new`` or ``old``; errors come under ``error_status``."""

    catalogue: MadeCatalogue
    page_size: int = 1000
    style: str = "new"
    error_status: int = 200

    def answer(self, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]) -> Reply:
        """The answer to one request."""
        latest = self.catalogue.day_index(self.catalogue.calendar.latest_day(now - DELAY))
        latest = told_index(faults, self.catalogue.days, latest)
        if (token := query.get("resumptionToken")) is not None:
            asked = dict(parse_qsl(unquote(token)))
            if "expired-token" in faults or not asked.get("skip", "").isdigit():
                return self._error(now, "badResumptionToken", "The resumption token is invalid or has expired.")
            query = {"verb": query["verb"], **asked}
        if query.get("metadataPrefix", "oai_dc") not in _FORMATS:
            return self._error(now, "cannotDisseminateFormat", "The metadata format is not supported.")
        match query.get("verb"):
            case "Identify":
                return self._identify(now)
            case "GetRecord":
                return self._one(query, latest, now, faults)
            case "ListRecords":
                return self._list(query, latest, now, faults)
        return self._error(now, "badVerb", "Invalid verb provided")

    def _list(self, query: Mapping[str, str], latest: int, now: datetime, faults: dict[str, Fault]) -> Reply:
        made, set_name = self.catalogue, query.get("set", "")
        order = made.order(latest, set_name) if latest >= 0 else []
        since, until = date.fromisoformat(query.get("from") or "1990-01-01"), query.get("until")
        first = self._first(order, latest, since)
        end = self._first(order, latest, date.fromisoformat(until) + timedelta(days=1)) if until else len(order)
        skip = int(query.get("skip", "0"))
        chosen = order[first + skip : min(end, first + skip + self.page_size)]
        if not chosen:
            return self._error(now, "noRecordsMatch", "No records match the given criteria.")
        gone = set(faults["deleted"].options.get("ids", ())) if "deleted" in faults else set()
        prefix = query.get("metadataPrefix", "oai_dc")
        records = [self._record(made.paper(number, latest), prefix, gone) for number in chosen]
        if "out-of-order" in faults:
            records.reverse()
        if "broken-record" in faults:
            records[0] = records[0].replace("</title>", "</titel>")
        if "control-character" in faults:
            records[-1] = records[-1].replace("<title>", "<title>\x0c")
        following = skip + len(chosen)
        is_last = first + following >= end
        token = self._last_token(skip) if is_last else self._token(query, following, end - first, now)
        return self._reply(now, f"<ListRecords>\n{''.join(records)}{token}\n</ListRecords>")

    def _last_token(self, skip: int) -> str:
        """A list that fits in one answer has no token at all."""
        if not skip:
            return ""
        return "<resumptionToken/>" if self.style == "new" else f'<resumptionToken cursor="{skip}"></resumptionToken>'

    def _first(self, order: list[int], latest: int, day: date) -> int:
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if self.catalogue.stamp_of(order[middle], latest) < day:
                low = middle + 1
            else:
                high = middle
        return low

    def _token(self, query: Mapping[str, str], skip: int, total: int, now: datetime) -> str:
        kept = {key: value for key, value in query.items() if key not in {"verb", "skip"}}
        text = escape(quote(urlencode({**kept, "skip": skip})))
        expires = (now + timedelta(days=1)).astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
        if self.style == "new":
            return f"<resumptionToken expires='{expires}'>\n    {text}\n  </resumptionToken>"
        cursor = skip - self.page_size
        return (
            f'<resumptionToken cursor="{cursor}" completeListSize="{total}" expirationDate="{expires}">'
            f"{text}</resumptionToken>"
        )

    def _one(self, query: Mapping[str, str], latest: int, now: datetime, faults: dict[str, Fault]) -> Reply:
        number = self.catalogue.number_of(query.get("identifier", "").removeprefix("oai:arXiv.org:"))
        if number is None or number >= self.catalogue.visible(latest):
            return self._error(now, "idDoesNotExist", "The value of the identifier is unknown or illegal.")
        gone = set(faults["deleted"].options.get("ids", ())) if "deleted" in faults else set()
        record = self._record(self.catalogue.paper(number, latest), query.get("metadataPrefix", "oai_dc"), gone)
        return self._reply(now, f"<GetRecord>\n{record}</GetRecord>")

    def _identify(self, now: datetime) -> Reply:
        return self._reply(
            now,
            "<Identify><repositoryName>A made-up arXiv</repositoryName><protocolVersion>2.0</protocolVersion>"
            "<earliestDatestamp>2005-09-16</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
            "<granularity>YYYY-MM-DD</granularity></Identify>",
        )

    def _error(self, now: datetime, code: str, text: str) -> Reply:
        quoted = f"'{code}'" if self.style == "new" else f'"{code}"'
        reply = self._reply(now, f"<error code={quoted}>{text}</error>")
        reply.status = self.error_status
        return reply

    def _reply(self, now: datetime, body: str) -> Reply:
        stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        head = f"{_HEAD}<responseDate>{stamp}</responseDate>\n<request>http://127.0.0.1/oai</request>\n"
        return Reply(f"{head}{body}\n</OAI-PMH>\n".encode())

    def _record(self, paper: MadePaper, prefix: str, gone: set[str]) -> str:
        sets = self.catalogue.sets_of(paper.number) if self.style == "old" else map(set_of, paper.categories)
        specs = "".join(f"<setSpec>{name}</setSpec>" for name in sets)
        is_deleted = paper.is_deleted or paper.id in gone
        header = _header(paper, specs, is_deleted)
        if is_deleted:
            return f"<record>\n{header}\n</record>\n"
        return f"<record>\n{header}\n<metadata>\n{_FORMATS[prefix](paper)}</metadata>\n</record>\n"


def _header(paper: MadePaper, specs: str, is_deleted: bool) -> str:
    status = ' status="deleted"' if is_deleted else ""
    return (
        f"<header{status}>\n <identifier>oai:arXiv.org:{paper.id}</identifier>\n"
        f" <datestamp>{paper.stamped_on}</datestamp>\n {specs}\n</header>"
    )


def _tail(paper: MadePaper) -> str:
    """What both of arXiv's own formats end with."""
    optional = "".join(
        f"<{name}>\n   {escape(text)}\n  </{name}>"
        for name, text in (("comments", paper.comments), ("journal-ref", paper.journal_ref), ("doi", paper.doi))
        if text
    )
    return (
        f"<categories>{' '.join(paper.categories)}</categories>{optional}<license>{paper.licence}</license>"
        f"<abstract>  {escape(paper.abstract)}\n</abstract>"
    )


def _raw(paper: MadePaper) -> str:
    versions = "".join(
        f'<version version="v{number}"><date>{at:%a, %d %b %Y %H:%M:%S} GMT</date><size>{size}kb</size></version>'
        for number, (at, size) in enumerate(paper.versions, 1)
    )
    authors = ", ".join(" ".join(name) for name in paper.authors)
    return (
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">'
        f"<id>{paper.id}</id><submitter>{' '.join(paper.authors[0])}</submitter>{versions}"
        f"<title>\n  {escape(paper.title)}\n </title><authors>{escape(authors)}</authors>{_tail(paper)}</arXivRaw>"
    )


def _split(paper: MadePaper) -> str:
    authors = "".join(
        f"<author><keyname>{last}</keyname><forenames>{first}</forenames></author>" for first, last in paper.authors
    )
    updated = f"<updated>{paper.versions[-1][0]:%Y-%m-%d}</updated>" if paper.version > 1 else ""
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{paper.id}</id><created>{paper.versions[0][0]:%Y-%m-%d}</created>'
        f"{updated}<authors>{authors}</authors><title>{escape(paper.title)}</title>{_tail(paper)}</arXiv>"
    )


def _dublin_core(paper: MadePaper) -> str:
    creators = "".join(f"<dc:creator>{last}, {first}</dc:creator>" for first, last in paper.authors)
    dates = "".join(f"<dc:date>{at:%Y-%m-%d}</dc:date>" for at, _ in paper.versions)
    comments = f"<dc:description>{escape(paper.comments)}</dc:description>" if paper.comments else ""
    journal = f"<dc:identifier>{paper.journal_ref}</dc:identifier>" if paper.journal_ref else ""
    doi = f"<dc:identifier>doi:{paper.doi}</dc:identifier>" if paper.doi else ""
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(paper.title)}</dc:title>{creators}<dc:description>{escape(paper.abstract)}</dc:description>"
        f"{comments}{dates}<dc:type>text</dc:type><dc:identifier>http://arxiv.org/abs/{paper.id}</dc:identifier>"
        f"{journal}{doi}</oai_dc:dc>"
    )


_FORMATS = {"arXivRaw": _raw, "arXiv": _split, "oai_dc": _dublin_core}
