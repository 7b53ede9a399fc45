"""Addresses: a person's library and collections."""

from __future__ import annotations

from django.urls import path, re_path

from broadsheet.web.library import entries, exports, putting, shelf

KINDS = r"(?P<kind>bib|ris|csl\.json|jsonl|md)"

urlpatterns = [
    path("library", shelf.page, name="library"),
    path("library/shelve", shelf.shelve, name="shelve"),
    re_path(rf"^library/export\.{KINDS}$", exports.library, name="library_export"),
    path("library/notes/<path:name>", shelf.note, name="note"),
    path("library/collect/<path:name>", entries.collect, name="collect"),
    path("collections", putting.index, name="collections"),
    path("collections/new", putting.new, name="collection_new"),
    path("collections/<slug:key>", putting.one, name="collection"),
    path("collections/<slug:key>/edit", putting.edit, name="collection_edit"),
    path("collections/<slug:key>/delete", putting.delete, name="collection_delete"),
    path("collections/<slug:key>/copy", putting.copy, name="collection_copy"),
    path("collections/<slug:key>/entries", entries.change, name="collection_entries"),
    path("collections/<slug:key>/import", entries.bring, name="collection_import"),
    path("collections/<slug:key>/notes/<path:name>", entries.note, name="collection_note"),
    re_path(rf"^collections/(?P<key>[-\w]+)/export\.{KINDS}$", exports.collection, name="collection_export"),
]
