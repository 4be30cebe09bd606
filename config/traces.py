"""Spans for an OpenTelemetry collector. Imported only where its endpoint is set: `pip install parley[telemetry]`.

The id of a trace is made of the request id. So an input and the messages that it causes are one trace, also where
another process delivers them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import get_current_span

from config.version import VERSION
from core.kernel.request_context import current_request_id


class RequestTraceIds:
    """Generator of ids, of the library's own kind: a trace has that of its request, if there is one."""

    def generate_trace_id(self) -> int:
        request_id = current_request_id()
        return trace_id_of(request_id) if request_id is not None else secrets.randbits(128)

    def generate_span_id(self) -> int:
        return secrets.randbits(64)

    def is_trace_id_random(self) -> bool:
        return False


def trace_id_of(request_id: str) -> int:
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:16], "big")


class OpenTelemetrySpans:
    """Exporter of spans over OTLP and HTTP. `endpoint`: the collector's base address, as in the specification."""

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({"service.name": "parley", "service.version": VERSION})
        self.provider = TracerProvider(resource=resource, id_generator=cast("Any", RequestTraceIds()))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer("parley")

    @contextmanager
    def __call__(self, name: str, attributes: Mapping[str, str]) -> Iterator[None]:
        """Surround work by a span. An exception is recorded by its kind alone, since its text may quote a message."""
        request_id = current_request_id()
        own = request_id is not None and get_current_span().get_span_context().trace_id != trace_id_of(request_id)
        context = Context() if own else None  # a task may have been started by the work of another request
        known = {"parley.request_id": request_id} if request_id is not None else {}
        with self._tracer.start_as_current_span(
            name,
            context,
            attributes={**known, **{f"parley.{key}": value for key, value in attributes.items()}},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as fault:
                span.set_attribute("error.type", type(fault).__name__)
                raise
