#!/usr/bin/env bash
# Installs other people's clients for InteropIT, by version, from PyPI, npm and the Go proxy:
# OpenTelemetry SDKs, fluent-loggers, telemetrygen; and Fluentd from RubyGems where that can be reached. A language
# whose tools are missing is left out.
#
# Prints the folder on its last line.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder="$("$here/folder.sh")/interop-1"
mkdir -p "$folder/bin"

# runs a function once; what it leaves is kept
once() {
  [ -e "$folder/$1.done" ] && return
  echo "interop.sh: installing $1" >&2
  "$1" >"$folder/$1.log" 2>&1 || { cat "$folder/$1.log" >&2; exit 1; }
  touch "$folder/$1.done"
}

python() {
  python3 -m venv "$folder/python"
  "$folder/python/bin/pip" install --quiet --disable-pip-version-check \
    opentelemetry-sdk==1.37.0 opentelemetry-exporter-otlp==1.37.0 fluent-logger==0.11.1
}

node_modules() {
  npm install --silent --no-audit --no-fund --prefix "$folder" \
    @opentelemetry/sdk-trace-base@1.30.1 @opentelemetry/exporter-trace-otlp-grpc@0.57.2 \
    @opentelemetry/exporter-trace-otlp-proto@0.57.2 fluent-logger@3.4.1
}

# the number goes up when its sources change
go_clients_2() {
  (cd "$here/../src/test/resources/interop/go" && CGO_ENABLED=0 go build -o "$folder/bin/vigia-interop-go-2" .)
}

telemetrygen() {
  GOBIN="$folder/bin" CGO_ENABLED=0 go install \
    github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.161.0
}

fluentd() {
  gem install --quiet --no-document --install-dir "$folder/gems" fluentd -v 1.18.0
  printf '#!/bin/sh\nGEM_HOME="%s" exec "%s/bin/fluentd" "$@"\n' "$folder/gems" "$folder/gems" >"$folder/bin/fluentd"
  chmod +x "$folder/bin/fluentd"
}

if python3 -c 'import venv, ensurepip' 2>/dev/null; then once python; fi
if command -v npm >/dev/null; then once node_modules; fi
if command -v gem >/dev/null && gem list --quiet --remote --exact fluentd 2>/dev/null | grep -q fluentd; then
  (once fluentd) || echo "interop.sh: going on without Fluentd (its gems need ruby-dev, make and a compiler)" >&2
fi
if command -v go >/dev/null; then once go_clients_2; once telemetrygen; fi
echo "$folder"
