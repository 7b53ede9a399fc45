"""docs/configuration.md has every setting, every check, and nothing else."""

from __future__ import annotations

import re

import pytest

from broadsheet.site.config import HOME, MODEL_DIR, SETTINGS
from tests.docs.reading import ROOT, codes, page, rows, section, text_of

TABLE = {codes(cells[0])[0]: cells for cells in rows(page("configuration.md")) if re.fullmatch(r"`[A-Z_]+`", cells[0])}


def test_the_table_has_every_setting_in_order_and_none_more() -> None:
    assert list(TABLE) == [setting.name for setting in SETTINGS]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_default_is_the_one_of_the_code(setting) -> None:
    default, meaning = TABLE[setting.name][1:]
    if setting.default and setting not in (HOME, MODEL_DIR):
        assert codes(default) == [setting.default]
    else:
        assert default
    assert meaning


def test_every_check_is_explained() -> None:
    source = text_of(ROOT / "src/broadsheet/site/checks.py")
    documented = [
        code for cells in rows(page("configuration.md")) for code in codes(cells[0]) if ".E" in code or ".W" in code
    ]
    assert sorted(documented) == sorted(set(re.findall(r"broadsheet\.[EW]\d{3}", source)))


def test_no_other_variable_is_named() -> None:
    known = {setting.name for setting in SETTINGS} | {"BROADSHEET_TEST_DATABASE", "BROADSHEET_TEST_QDRANT_URL"}
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        named = set(re.findall(r"BROADSHEET_[A-Z_]+", text_of(path)))
        assert named <= known, f"{path.name} names {named - known}"


def test_the_variables_of_a_public_instance_pass_the_checks(settings) -> None:
    """The example is taken from the page and checked as `broadsheet run` would check it."""
    from urllib.parse import urlsplit

    from broadsheet.site.checks import check_public_instance

    lines = re.findall(r"^(\w+)=(.*)$", section(page("configuration.md"), "A public instance"), re.MULTILINE)
    given = dict(lines)
    settings.BASE_URL = given["BROADSHEET_BASE_URL"]
    settings.ALLOWED_HOSTS = ["127.0.0.1", urlsplit(settings.BASE_URL).hostname]
    settings.SECRET_KEY = "x" * 50
    assert check_public_instance(None) == []
    settings.BASE_URL = settings.BASE_URL.replace("https", "http")
    assert [found.id for found in check_public_instance(None)] == ["broadsheet.E003"]
