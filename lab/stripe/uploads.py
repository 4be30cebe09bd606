"""Files in a form: kept beside the call, which names them by what is in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in a form as a file."""

    name: str
    content: bytes


async def kept(private: dict[str, Any], file: UploadFile) -> str:
    """A name for the file in the form's place, the same for the same bytes: one key, one file."""
    content = await file.read()
    await file.close()
    token = f"upload_{hashlib.sha256(content).hexdigest()}"
    private[token] = Upload(file.filename or "", content)
    return token
