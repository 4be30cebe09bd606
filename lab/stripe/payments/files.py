"""Files that the platform uploads: evidence in disputes."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call
from lab.stripe.server import Route
from lab.stripe.uploads import Upload

KINDS: Final = {b"%PDF": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
LARGEST: Final = 5 * 1024 * 1024
"""Bytes of a file for a dispute (docs.stripe.com/file-upload)."""


def create_file(books: Books, call: Call) -> Thing:
    upload = books.private.get(call.params.get("file", ""))
    if not isinstance(upload, Upload):
        raise missing_parameter("file")
    if call.params["purpose"] != "dispute_evidence":
        raise Refusal("The lab's Stripe takes evidence for disputes only.", param="purpose")
    kind = next((kind for start, kind in KINDS.items() if upload.content.startswith(start)), None)
    if kind is None:
        raise Refusal("Invalid file: evidence has to be a PDF, JPG or PNG.", param="file")
    if len(upload.content) > LARGEST:
        raise Refusal("The file may have 5 MB.", code="file_size_too_large", param="file")
    file = books.add(
        "file",
        "file",
        filename=upload.name,
        links={"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
        purpose="dispute_evidence",
        size=len(upload.content),
        type=kind,
    )
    books.private[file["id"]] = upload
    return file


def retrieve_file(books: Books, call: Call) -> Thing:
    return books.get("file", call.ids["id"])


ROUTES: Final = [
    Route("POST", "/v1/files", "_file_create_params.FileCreateParams", "file purpose", create_file),
    Route("GET", "/v1/files/{id}", "_file_retrieve_params.FileRetrieveParams", "", retrieve_file),
]
