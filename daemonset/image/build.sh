#!/bin/sh
# Builds the images of the collector and of the demo's services into */target/image.tar, without a
# Docker daemon. --base FILE.tar: on that base image; without it, on the one named in pom.xml
# (image.base), which is pulled from its registry. --local-base: makes a base from this machine's JDK
# and C library first, for a machine without a registry (Linux only).
set -eu
cd "$(dirname "$0")/../.."
usage() {
  echo "usage: build.sh [--base FILE.tar | --local-base]" >&2
  exit 2
}

base=
case ${1:-} in
  '') ;;
  --base)
    [ $# -eq 2 ] || usage
    base=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") ;;
  --local-base)
    mkdir -p target
    base=$PWD/target/vigia-base.tar
    [ -n "$(find "$base" -newer daemonset/image/BaseImage.java 2>/dev/null)" ] ||
      java daemonset/image/BaseImage.java "$base" ;;
  *) usage ;;
esac
./mvnw -q -Pimage -DskipTests ${base:+"-Dimage.base=tar://$base"} \
  -pl agent,collector,demo-apps/classifier,demo-apps/guestbook package
ls -l collector/target/image.tar demo-apps/classifier/target/image.tar demo-apps/guestbook/target/image.tar
