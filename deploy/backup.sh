#!/bin/sh
# Dumps the database of Strongroom with pg_dump, checks the dump, and deletes old ones. docs/operations/backup.md says how
# to set it up. The dump holds no root key, and opens nothing without one: back up the root keys elsewhere.
set -eu

usage() {
  cat <<'TEXT'
Usage: deploy/backup.sh FOLDER [DAYS]

Writes FOLDER/strongroom-<UTC time>.dump, in pg_dump's custom format, readable by its owner only. Deletes the dumps in
FOLDER that are older than DAYS days (14 by default), once the new one is complete. Name the database as for any program
of PostgreSQL: PGHOST, PGPORT, PGUSER, PGDATABASE (strongroom by default), PGPASSFILE, PGSSLMODE. PG_BINDIR is the folder
of pg_dump, if it is not in the path.

The login must be the owner's, a superuser's, or one that has pg_read_all_data and BYPASSRLS.
TEXT
}

case "${1:-}" in
  --help | -h)
    usage
    exit 0
    ;;
  '' | -*)
    usage >&2
    exit 2
    ;;
esac
folder="$1"
days="${2:-14}"
case "$days" in
  '' | *[!0-9]* | 0)
    echo "DAYS is a whole number of at least 1" >&2
    exit 2
    ;;
esac
if [ ! -d "$folder" ]; then
  echo "There is no folder $folder: create it for the user that runs this (install -d -m 0700)" >&2
  exit 1
fi
export PGDATABASE="${PGDATABASE:-strongroom}"
PATH="${PG_BINDIR:+$PG_BINDIR:}$PATH"

umask 077
dump="$folder/strongroom-$(date -u +%Y%m%dT%H%M%SZ).dump"
part="$dump.part"
if [ -e "$dump" ] || [ -e "$part" ]; then
  echo "$dump exists already; nothing was done" >&2
  exit 1
fi
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM

# A backup that waits for the lock of a migration gives up, instead of making all others wait behind it.
pg_dump --format=custom --lock-wait-timeout=60s --file="$part"
pg_restore --list "$part" > /dev/null
sync -f "$part" 2> /dev/null || sync
mv "$part" "$dump"
find "$folder" -maxdepth 1 -name 'strongroom-*.dump' -mtime "+$days" -delete
echo "Wrote $dump, $(wc -c < "$dump" | tr -d ' ') bytes"
