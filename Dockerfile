# The product with the lab beside it: `docker build -t parley .` and `docker run -p 127.0.0.1:8080:8080 -p 127.0.0.1:8090:8090 parley`.
# tests/packaging/test_image.py takes these steps in a scratch root, without an engine. It knows the instructions used here.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements/uv.txt requirements/telemetry.txt requirements/
RUN python3 -m venv /tools && /tools/bin/python -m pip install --quiet --require-hashes --requirement requirements/uv.txt
RUN python3 -m venv --without-pip /opt/parley
RUN /tools/bin/uv pip install --quiet --python /opt/parley/bin/python --link-mode copy --compile-bytecode --require-hashes --requirement requirements/telemetry.txt
COPY . .
RUN /tools/bin/uv build --quiet --offline --wheel --out-dir /dist
RUN /tools/bin/uv pip install --quiet --offline --python /opt/parley/bin/python --link-mode copy --compile-bytecode --no-deps /dist/parley-*.whl

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /var/lib/parley --create-home --shell /usr/sbin/nologin parley
COPY --from=build /opt/parley /opt/parley
# The container's own border takes the place of loopback: publish ports on 127.0.0.1, or behind a proxy.
ENV PATH=/opt/parley/bin:/usr/local/bin:/usr/bin:/bin
ENV HOST=0.0.0.0
ENV LAB_HOST=0.0.0.0
ENV LOG_LEVEL=INFO
ENV MPLCONFIGDIR=/tmp
WORKDIR /var/lib/parley
USER parley
VOLUME /var/lib/parley
EXPOSE 8080 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["parley", "health"]
ENTRYPOINT ["parley"]
CMD ["run"]
