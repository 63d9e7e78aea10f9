#!/bin/sh
# Makes PostgreSQL with pgvector, and Redis, available to the tests, and prints the folder whose bin/ has their
# programs. Programs that the machine has are used. What it lacks is unpacked from Debian's packages into a private
# folder, so that the machine's own packages and services stay as they are (only a C compiler is installed, where there
# is none). FIKO_SERVERS_CACHE moves the folder. Other users must be able to read it, since PostgreSQL refuses to run as
# root.
set -eu
umask 022

CACHE=${FIKO_SERVERS_CACHE:-/var/tmp/fiko-test-servers}
# Raise it when the script comes to prepare something else, so that older results are left aside.
LAYOUT=v1
POSTGRES_PROGRAMS="postgres initdb pg_ctl psql pg_dump pg_restore createdb"
POSTGRES_MINIMUM=15
VECTOR_MINIMUM=0.8.0
REDIS_MINIMUM=6.2
# Version and SHA-256 of Debian's source package, best first. The newest disappear from mirrors as Debian moves on; the
# last one belongs to a stable release and stays. It has known faults (CVE-2026-3172 among them): for tests only.
VECTOR_SOURCES="
  0.8.7:b028949dce65a39818cf2bccd64c0a2abc68262a2079f598b161de9c82c9510e
  0.8.6:25c9b78cfdaa43c66788d7490246ac24e4fe1c86f19c4b60c089b723f84a4a0d
  0.8.0:867a2c328d4928a5a9d6f052cd3bc78c7d60228a9b914ad32aa3db88e9de27b0"

say() { echo "prepare-servers: $*" >&2; }
fail() { say "$*" && exit 1; }
at_least() { [ -n "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; } # at_least MINIMUM VERSION
is_root() { [ "$(id -u)" = 0 ]; }

# The machine's programs may have gone since the last time, so they are asked.
ready() {
  [ -f "$PREPARED/ready" ] &&
    "$PREPARED/bin/postgres" --version >/dev/null 2>&1 &&
    "$PREPARED/bin/redis-server" --version >/dev/null 2>&1
}

# wrap NAME PROGRAM [LIBRARY_PATH]
wrap() {
  printf '#!/bin/sh\nexec %s"%s" "$@"\n' "${3:+env LD_LIBRARY_PATH=\"$3\" }" "$2" >"$PREPARED/bin/$1"
  chmod 755 "$PREPARED/bin/$1"
}

# Prints the folder of the machine's own PostgreSQL programs, if they are of use.
installed_postgres() {
  for bin in $(pg_config --bindir 2>/dev/null || true) /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    for program in $POSTGRES_PROGRAMS pg_config; do [ -x "$bin/$program" ] || continue 2; done
    control=$("$bin/pg_config" --sharedir)/extension/vector.control
    [ -f "$control" ] || continue
    at_least $POSTGRES_MINIMUM "$("$bin/pg_config" --version | sed 's/[^0-9]*\([0-9.]*\).*/\1/')" || continue
    at_least $VECTOR_MINIMUM "$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control")" || continue
    echo "$bin" && return
  done
}

# Prints what the machine's own Redis programs are called before -server and -cli, if they are of use.
installed_redis() {
  for name in redis valkey; do
    command -v "$name-server" >/dev/null && command -v "$name-cli" >/dev/null || continue
    at_least $REDIS_MINIMUM "$("$name-server" --version | sed -n 's/.* v=\([0-9.]*\).*/\1/p')" || continue
    echo "$name" && return
  done
}

# Debian's PostgreSQL finds its files beside its own program, which lets it run from any folder.
fetch() {
  work=$PREPARED/work root=$PREPARED/root
  mkdir -p "$work/archives/partial" "$work/packages" "$root"
  if is_root; then
    apt-get -qq update >&2 || say "apt-get update failed, going on with the lists that are there"
  fi
  version=$(apt-cache depends --important postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')
  at_least $POSTGRES_MINIMUM "$version" || fail "Debian's package lists have no PostgreSQL $POSTGRES_MINIMUM or newer"
  tools=
  command -v gcc >/dev/null && command -v make >/dev/null || tools="gcc libc6-dev make"
  [ -d /usr/share/zoneinfo ] || tools="$tools tzdata"
  if [ -n "$tools" ]; then
    is_root || fail "install these packages first: $tools"
    say "installing $tools"
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y -o DPkg::Lock::Timeout=120 \
      --no-install-recommends $tools >/dev/null
  fi

  main=
  [ -n "$postgres" ] || main="postgresql-$version postgresql-client-$version"
  [ -n "$redis" ] || main="$main redis-server redis-tools"
  # Of what these would be installed with, libraries are enough, less those that only optional parts use. Another C
  # library than the machine's own must not get in.
  libraries=$(apt-get -s -qq install --no-install-recommends $main | sed -n 's/^Inst \(lib[^ ]*\) .*/\1/p' |
    grep -v -e '^libc6' -e '^libllvm' -e '^libz3' -e '^libperl' -e '-dev$' -e '-perl$' || true)
  [ -n "$postgres" ] || main="$main postgresql-server-dev-$version"
  (cd "$work/packages" && apt-get -qq download -o Dir::Cache="$work" -o Acquire::Retries=3 \
    -o APT::Sandbox::User="$(id -un)" $main $libraries >&2)
  for package in "$work"/packages/*.deb; do dpkg -x "$package" "$root"; done
  libs=$(find "$root/lib" "$root/usr/lib" -maxdepth 1 -name '*-linux-gnu*' 2>/dev/null | paste -s -d : -)

  if [ -z "$postgres" ]; then
    bin=$root/usr/lib/postgresql/$version/bin
    build_vector
    for program in $POSTGRES_PROGRAMS; do wrap "$program" "$bin/$program" "$libs"; done
    check "$bin/postgres" "$bin/initdb" "$bin/psql" "$bin/pg_dump" "$bin/../lib/vector.so"
  fi
  if [ -z "$redis" ]; then
    for program in redis-server redis-cli; do wrap $program "$root/usr/bin/$program" "$libs"; done
    check "$root/usr/bin/redis-server" "$root/usr/bin/redis-cli"
  fi
  rm -rf "$work" "$root/usr/include" "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" \
    "$root"/usr/lib/postgresql/*/lib/bitcode
}

build_vector() {
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
  source=$work/vector.tar.gz
  for known in $VECTOR_SOURCES; do
    /usr/lib/apt/apt-helper -o APT::Sandbox::User="$(id -un)" download-file \
      "${mirror%/}/pool/main/p/pgvector/pgvector_${known%%:*}.orig.tar.gz" "$source" "SHA256:${known#*:}" \
      >"$work/vector.log" 2>&1 && break
    rm -f "$source"
  done
  [ -f "$source" ] || fail "no pgvector source can be fetched: $(cat "$work/vector.log")"
  say "building pgvector ${known%%:*}"
  mkdir "$work/vector"
  tar -xzf "$source" -C "$work/vector" --strip-components=1
  # Without OPTFLAGS the result could depend on instructions of the processor that built it.
  for target in all install; do
    LD_LIBRARY_PATH=$libs make -s -j2 -C "$work/vector" PG_CONFIG="$bin/pg_config" with_llvm=no OPTFLAGS= $target >&2
  done
}

check() {
  missing=$(LD_LIBRARY_PATH=$libs ldd "$@" | grep 'not found' || true)
  [ -z "$missing" ] || fail "libraries are missing: $missing"
}

mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)
PREPARED=$CACHE/$LAYOUT
# The folder lies where anybody may write, and we are about to run what is in it.
owner=$(ls -ldn "$CACHE" | awk '{ print $3 }')
[ "$owner" = 0 ] || [ "$owner" = "$(id -u)" ] || fail "$CACHE belongs to another user: set FIKO_SERVERS_CACHE"

if ! ready; then
  # Two runs at once must not fetch into one folder. Where there is no flock nothing is fetched.
  exec 9>"$CACHE/lock"
  ! command -v flock >/dev/null || flock 9
fi
if ! ready; then
  rm -rf "$PREPARED"
  mkdir -p "$PREPARED/bin"
  postgres=$(installed_postgres)
  redis=$(installed_redis)
  if [ -z "$postgres" ] || [ -z "$redis" ]; then
    [ "$(. /etc/os-release 2>/dev/null && echo "$ID")" = debian ] ||
      fail "install PostgreSQL $POSTGRES_MINIMUM or newer with pgvector $VECTOR_MINIMUM or newer, and Redis (or Valkey)" \
        "$REDIS_MINIMUM or newer, or set TEST_DATABASE_URL and TEST_REDIS_URL: only Debian's packages can be fetched here"
    say "fetching what this machine lacks into $PREPARED"
    fetch
  fi
  if [ -n "$postgres" ]; then
    for program in $POSTGRES_PROGRAMS; do wrap "$program" "$postgres/$program"; done
  fi
  if [ -n "$redis" ]; then
    for program in server cli; do wrap redis-$program "$(command -v "$redis-$program")"; done
  fi
  chmod -R a+rX "$PREPARED"
  touch "$PREPARED/ready"
  ready || fail "the prepared programs do not run"
fi
echo "$PREPARED"
