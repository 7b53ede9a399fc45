"""Names without a Latin letter are names too."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Organisation
from broadsheet.sources.files import read_file
from tests.cli.running import write_lines

pytestmark = pytest.mark.django_db


def test_it_does_not_make_one_organisation_of_all_that_are_not_latin(tmp_path) -> None:
    names = ["清华大学", "東京大学", "Московский университет", "ACME Laboratories"]
    file = read_file(write_lines(tmp_path / "a.jsonl", {"title": "A paper", "text": "It is.", "organisations": names}))
    assert take_in(file.records, source=file.source).refused == []
    assert dict(Organisation.objects.values_list("name", "slug")) == {
        "清华大学": "清华大学",
        "東京大学": "東京大学",
        "Московский университет": "московский-университет",
        "ACME Laboratories": "acme-laboratories",
    }
