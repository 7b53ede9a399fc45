"""The tables of the catalogue: papers and what sources said of them, harvests and batches, what happened to papers."""

from __future__ import annotations

from broadsheet.catalogue.models.harvesting import Alert, Announcement, Batch, Harvest, Job
from broadsheet.catalogue.models.history import Enquiry, FigureSample, KeptApart, PaperMerge, Statement, Tombstone
from broadsheet.catalogue.models.papers import (
    KEY_LENGTH,
    KEY_LETTERS,
    Authorship,
    Category,
    ChangedPaper,
    Counter,
    Identifier,
    Link,
    Listing,
    Organisation,
    Paper,
    PaperAlias,
    PaperCategory,
    SavedPage,
    SavedPageEntry,
    Source,
    SourceRecord,
    Version,
    new_key,
)
from broadsheet.catalogue.models.trends import Trend

__all__ = [
    "KEY_LENGTH",
    "KEY_LETTERS",
    "Alert",
    "Announcement",
    "Authorship",
    "Batch",
    "Category",
    "ChangedPaper",
    "Counter",
    "Enquiry",
    "FigureSample",
    "Harvest",
    "Identifier",
    "Job",
    "KeptApart",
    "Link",
    "Listing",
    "Organisation",
    "Paper",
    "PaperAlias",
    "PaperCategory",
    "PaperMerge",
    "SavedPage",
    "SavedPageEntry",
    "Source",
    "SourceRecord",
    "Statement",
    "Tombstone",
    "Trend",
    "Version",
    "new_key",
]
