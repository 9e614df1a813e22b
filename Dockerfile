# One image for every process of SupportMesh; docker-compose.yml says which command runs in which container.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/supportmesh

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock

RUN useradd --system --uid 10001 --user-group --no-create-home supportmesh \
    && install -d -m 700 -o supportmesh -g supportmesh /var/lib/supportmesh

# The code stays root's: a process that is taken over cannot change it.
COPY . .
# The build's secrets are throw-aways; a container gets its own from the environment.
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput \
    && rm -r /tmp/build \
    && python -m compileall -q .

USER supportmesh
EXPOSE 8000
CMD ["uvicorn", "supportmesh.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--ws-max-size", "65536", "--timeout-graceful-shutdown", "10", "--no-access-log", "--no-proxy-headers"]
