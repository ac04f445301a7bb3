# The first stage adopts the model and builds the index of the bundled articles; that needs torch. The
# second stage serves and has no torch. The first stage installs the registry's default build of torch.
# If that brings CUDA, set PIP_EXTRA_INDEX_URL to the index of the CPU builds (docs/operating.md).

FROM python:3.11-slim AS adopt
ARG PIP_EXTRA_INDEX_URL=""
WORKDIR /srv/dealbot
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY bot bot
COPY index index
COPY prompts prompts
RUN /opt/venv/bin/pip install --no-cache-dir --constraint constraints.txt '.[adopt]'
COPY articles articles
RUN /opt/venv/bin/dealbot model adopt
RUN /opt/venv/bin/dealbot index build

FROM python:3.11-slim
WORKDIR /srv/dealbot
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY bot bot
COPY index index
COPY prompts prompts
RUN /opt/venv/bin/pip install --no-cache-dir --constraint constraints.txt '.[redis,llm]' \
    && rm -rf bot index prompts pyproject.toml constraints.txt
COPY --from=adopt /opt/venv/share/dealbot /opt/venv/share/dealbot
COPY articles articles
# The program writes only to the data folder. Mount a volume there to keep it, and run with
# --read-only. A new volume starts as a copy of the index built above.
COPY --from=adopt /srv/dealbot/data data
RUN useradd --system --no-create-home --uid 10001 dealbot && chown -R dealbot data
USER 10001
VOLUME /srv/dealbot/data
ENV ORT_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
HEALTHCHECK --interval=60s --timeout=20s CMD ["/opt/venv/bin/dealbot", "doctor"]
ENTRYPOINT ["/opt/venv/bin/dealbot"]
CMD ["repl"]
