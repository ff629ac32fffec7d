# The bot in a container: docker build -t crieur . ; docs/deploy.md says what to give it.
FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /home/crieur --create-home crieur \
    && install -d -o crieur -g crieur /var/lib/crieur
COPY --from=build /venv /venv
WORKDIR /app
COPY app.py pyproject.toml LICENSE ./
COPY bot bot
COPY cards cards
COPY dialogs dialogs
COPY manifest manifest
COPY scheduler scheduler
COPY storage storage
# compiled once, because the user who runs it may not write here
RUN /venv/bin/python -m compileall -q .
USER 10001
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3978 \
    STORE_URL=sqlite:/var/lib/crieur/crieur.db \
    LOG_FORMAT=json
# the embedded store; with STORE_URL=mongodb://... nothing is kept here
VOLUME ["/var/lib/crieur"]
EXPOSE 3978
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# it is the first process, so that it hears SIGTERM; it stops in order within 20 seconds
STOPSIGNAL SIGTERM
CMD ["python", "app.py"]
