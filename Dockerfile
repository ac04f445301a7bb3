FROM python:3.11-slim
WORKDIR /srv/dealbot
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY bot bot
COPY index index
COPY prompts prompts
# Extras of pyproject.toml in place of the usual ones; an index or a store in a database needs postgres, too.
ARG EXTRAS
RUN /opt/venv/bin/pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS:-redis,llm}]" \
    && rm -rf bot index prompts pyproject.toml constraints.txt
COPY articles articles
RUN useradd --system --no-create-home --uid 10001 dealbot \
    && install -d -o dealbot -g dealbot data
# The program writes only to the data folder. Mount a volume there to keep it, and run with
# --read-only. A new volume starts as a copy of the index built here.
USER 10001
ENV ORT_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN /opt/venv/bin/dealbot index build
VOLUME /srv/dealbot/data
HEALTHCHECK --interval=60s --timeout=20s CMD ["/opt/venv/bin/dealbot", "doctor"]
ENTRYPOINT ["/opt/venv/bin/dealbot"]
CMD ["repl"]
