#!/usr/bin/env bash
# Prints the folder in which the servers for the tests are kept by version (VIGIA_BACKENDS overrides).
# Not below root's home: Elasticsearch refuses to run as root, and the user it then runs as cannot
# look in there. io.vigia.tests.backends.BackendFolder says the same.
set -euo pipefail
if [ -n "${VIGIA_BACKENDS:-}" ]; then echo "$VIGIA_BACKENDS"
elif [ "$(id -u)" = 0 ]; then echo /var/cache/vigia/backends
else echo "${XDG_CACHE_HOME:-$HOME/.cache}/vigia/backends"; fi
