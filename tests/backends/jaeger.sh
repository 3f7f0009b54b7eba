#!/usr/bin/env bash
# Builds a real Jaeger for the tests with the Go tool chain and keeps it by version.
#
#   tests/backends/jaeger.sh          # all-in-one (v1): memory store, every legacy port
#   tests/backends/jaeger.sh jaeger   # the v2 binary
#
# Prints the path of the binary on its last line. The build takes minutes the first time (Jaeger is
# a large module), nothing afterwards. Jaeger publishes a Go module, but `go install` refuses it
# because its go.mod has a replace directive: a wrapper module repeats that directive.
set -euo pipefail

version=1.76.0
program=${1:-all-in-one}
case $program in
  all-in-one | jaeger) ;;
  *) echo "usage: $0 [all-in-one|jaeger]" >&2; exit 2 ;;
esac
folder="$("$(cd "$(dirname "$0")" && pwd)/folder.sh")/jaeger-$version"
binary="$folder/$program"
if [ -x "$binary" ]; then echo "$binary"; exit 0; fi
command -v go >/dev/null || {
  echo "jaeger.sh: needs Go 1.25 or newer on the PATH to build Jaeger $version" >&2; exit 1; }

mkdir -p "$folder"
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "jaeger.sh: building Jaeger $version ($program), a few minutes the first time" >&2
module=github.com/jaegertracing/jaeger
go mod init vigia/jaeger 2>/dev/null
go mod edit -require="$module@v$version" \
  -replace=github.com/Shopify/sarama=github.com/Shopify/sarama@v1.33.0
source=$(go mod download -json "$module@v$version" | sed -n 's/^\t*"Dir": "\(.*\)",*$/\1/p')
cp "$source/go.sum" go.sum
chmod u+w go.sum
CGO_ENABLED=0 go build -mod=mod -trimpath -ldflags='-s -w' -o built "$module/cmd/$program"
mv built "$binary"
echo "$binary"
