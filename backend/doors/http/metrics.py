"""The figures for Prometheus, on a listener of their own: beside them, whether the server is alive and ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Annotated, Final

from fastapi import FastAPI, Header, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.core.figures import BOUNDS, Figure, Figures, Times
from backend.core.services import Services
from backend.doors.http import faults, watching
from backend.doors.http.guards import Guards

METRICS: Final = "/metrics"
_LIMITS: Final = (*(str(bound) for bound in BOUNDS), "+Inf")


def create_metrics_app(services: Services) -> FastAPI:
    """The ASGI app of the metrics listener: it asks nobody who they are, so that nothing else is there."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    faults.install(app)
    app.include_router(watching.router)
    registry = CollectorRegistry()
    registry.register(_Gathered(services.figures))
    ProcessCollector(registry=registry)

    @app.get(METRICS)
    async def metrics(accept: Annotated[str, Header()] = "") -> Response:
        encode, kind = choose_encoder(accept)
        return Response(await asyncio.to_thread(encode, registry), headers={"content-type": kind})

    app.add_middleware(Guards)
    return app


class _Gathered(Collector):
    """All figures in Prometheus' words, read when they are asked for."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        for figure in self._figures.gathered():
            yield _family(figure)


def _family(figure: Figure) -> Metric:
    measure = figure.measure
    said = (measure.name, measure.help)
    if measure.kind == "times":
        times = HistogramMetricFamily(*said, labels=measure.labels)
        for labels, value in figure.values.items():
            assert isinstance(value, Times)  # noqa: S101 - a measure is of one kind
            times.add_metric(labels, [*zip(_LIMITS, accumulate(value.counts), strict=True)], value.seconds)
        return times
    kind = CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily
    counted: CounterMetricFamily | GaugeMetricFamily = kind(*said, labels=measure.labels)
    for labels, value in figure.values.items():
        assert not isinstance(value, Times)  # noqa: S101 - a measure is of one kind
        counted.add_metric(labels, float(value))
    return counted
