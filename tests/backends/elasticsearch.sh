#!/usr/bin/env bash
# Obtains a real Elasticsearch for the tests (107 MB from Maven Central, once) and unpacks it.
#
#   tests/backends/elasticsearch.sh
#
# Prints the folder on its last line. It is the distribution that Elastic publishes for integration
# tests: the full server without its bundled JDK; data streams, templates, life cycle and _bulk work,
# aggregations and GET / do not.
set -euo pipefail

version=8.19.21
here=$(cd "$(dirname "$0")" && pwd)
folder=$("$here/folder.sh")
home="$folder/elasticsearch-$version"
if [ -x "$home/bin/elasticsearch" ]; then echo "$home"; exit 0; fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/elasticsearch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "elasticsearch.sh: fetching Elasticsearch $version, 107 MB" >&2
cd "$here/../.."
./mvnw -q -N --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.9.0:unpack \
  -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$version:zip \
  -DoutputDirectory="$work" >&2
chmod -R a+rX "$work"
mv "$work/elasticsearch-$version" "$home"
echo "$home"
