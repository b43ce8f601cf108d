#!/bin/sh
# Creates deploy/secrets with the passwords and the root key that docker-compose.yml passes to the containers.
# Never overwrites existing files: a database cannot be decrypted without its root key. Also makes the files that the
# containers mount readable for their users, which they are not in a checkout under the umask 077.
set -eu

usage() {
  cat <<'TEXT'
Usage: deploy/make-secrets.sh               creates random passwords and a root key in deploy/secrets, unless it exists
       deploy/make-secrets.sh --tls NAME    adds a self-signed certificate for the host NAME, to try TLS with

Both make readable what the containers mount.
TEXT
}

here="$(dirname "$0")"
directory="$here/secrets"

# Lets containers read the folder where SELinux is enforced: Docker does not relabel secrets.
relabel() {
  if command -v selinuxenabled > /dev/null && selinuxenabled; then chcon -R -t container_file_t "$directory"; fi
}

make_certificate() {
  if [ -e "$directory/tls_key" ] || [ -e "$directory/tls_certificate" ]; then
    echo "$directory has a certificate already; nothing was changed" >&2
    exit 1
  fi
  if ! said="$(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:$1" -keyout "$directory/tls_key" -out "$directory/tls_certificate" 2>&1)"; then
    rm -f "$directory/tls_key" "$directory/tls_certificate"
    echo "openssl made no certificate: $said" >&2
    exit 1
  fi
  chmod a+r "$directory/tls_key" "$directory/tls_certificate"
  relabel
  echo "Created a certificate for $1 that is signed by itself: give it to clients (curl --cacert $directory/tls_certificate)."
}

case "${1:-}" in
  '') ;;
  --tls)
    if [ -z "${2:-}" ] || [ ! -d "$directory" ]; then
      echo "Give the name of the host after --tls, and create the other secrets first: deploy/make-secrets.sh" >&2
      exit 2
    fi
    make_certificate "$2"
    exit 0
    ;;
  --help | -h)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

chmod a+r "$here"/nginx*.conf "$here/postgres-init.sql"

if [ -e "$directory" ]; then
  echo "$directory already exists; nothing was changed" >&2
  exit 1
fi

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { printf '%s\n' "$2" > "$draft/$1"; }

# Different users read the files inside the containers, so the folder, not the files, restricts access.
draft="$directory.draft"
rm -rf "$draft"
mkdir -m 0700 "$draft"
umask 0033

owner="$(random_hex)"
service="$(random_hex)"
put postgres_password "$(random_hex)"
put owner_password "$owner"
put service_password "$service"
put database_owner_url "postgresql://strongroom_owner:$owner@postgres:5432/strongroom"
put database_url "postgresql://strongroom_service:$service@postgres:5432/strongroom"
put root_keys "root-1:$(head -c 32 /dev/urandom | base64)"
put admin_password "$(random_hex)"
mv "$draft" "$directory"
relabel

echo "Created $directory. Back up root_keys separately from the database: nothing can be decrypted without it."
