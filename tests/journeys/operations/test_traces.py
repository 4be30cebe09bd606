"""Traces: where a collector's address is set, an input and the messages that it causes are one trace there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.house.scratch import HOUSE
from tests.journeys.market import open_world

SENTENCE = "violet briquettes of grandmother"


class Collector:
    """A collector of traces on a port of its own, which keeps the spans that arrive."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.bodies = b""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies += body
        told = ExportTraceServiceRequest.FromString(body)
        self.spans += [span for each in told.resource_spans for scope in each.scope_spans for span in scope.spans]
        return web.Response(content_type="application/x-protobuf")


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    made, application = Collector(), web.Application()
    application.router.add_post("/v1/traces", made.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, "http://{}:{}".format(*runner.addresses[0][:2])
    await runner.cleanup()


async def test_an_input_and_its_answer_are_one_trace(database: str, collector: tuple[Collector, str]) -> None:
    kept, endpoint = collector
    async with open_world(database, otel_exporter_otlp_endpoint=endpoint) as world:
        tom = await world.on_telegram("Tom")
        await tom.says(f"/find {SENTENCE}")
        await tom.sees("Understood")
        await world.browser.until(lambda: _both(kept), lambda: "no spans have come", 20)
    inputs = [span for span in kept.spans if span.name == "input"]
    answers = [span for span in kept.spans if span.name == "deliver" and span.trace_id == inputs[-1].trace_id]
    assert answers
    told = {each.key: each.value.string_value for each in inputs[-1].attributes}
    assert told["parley.platform"] == "telegram"
    assert told["parley.request_id"].startswith("tg:")
    assert b"violet" not in kept.bodies


async def _both(kept: Collector) -> bool:
    return {"input", "deliver"} <= {span.name for span in kept.spans}


def test_without_an_endpoint_the_library_is_not_even_loaded() -> None:
    """It is an extra, which an installation need not have."""
    program = (
        "import sys; sys.modules['opentelemetry.sdk'] = None\n"
        "from config.settings import Settings\n"
        "from config.wiring import spans_of\n"
        "assert spans_of(Settings(_env_file=None)) is None\n"
        "assert 'config.traces' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=HOUSE, check=True)  # noqa: S603 - our own words
