#!/bin/sh
# Makes deploy/secrets, the passwords and the root key that docker-compose.yml hands to the containers.
# It never overwrites: without the root key that a database was made with, nothing in it can be decrypted.
set -eu

if [ "${1:-}" = --help ]; then
  echo "deploy/make-secrets.sh: makes random passwords and a root key in deploy/secrets, once"
  exit 0
fi

directory="$(dirname "$0")/secrets"
if [ -e "$directory" ]; then
  echo "$directory is there already; nothing was changed" >&2
  exit 1
fi

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { printf '%s\n' "$2" > "$draft/$1"; }

# Whoever owns the files inside the containers must be able to read them, so the folder is what keeps others out.
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

echo "Made $directory. Back root_keys up, apart from the database: nothing can be decrypted without it."
