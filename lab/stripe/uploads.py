"""Files in a form: kept beside the call, which names them by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded in a form."""

    name: str
    content: bytes


async def kept(private: dict[str, Any], file: UploadFile) -> str:
    """Return a name for the file in the form. The same bytes have the same name: one key, one file."""
    content = await file.read()
    await file.close()
    token = f"upload_{hashlib.sha256(content).hexdigest()}"
    private[token] = Upload(file.filename or "", content)
    return token
