#!/bin/sh
# Creates deploy/secrets with the passwords and the root key that docker-compose.yml passes to the containers.
# Never overwrites existing files: a database cannot be decrypted without its root key. Also makes the files that the
# containers mount readable for their users, which they are not in a checkout under the umask 077.
set -eu

if [ "${1:-}" = --help ]; then
  echo "deploy/make-secrets.sh: creates random passwords and a root key in deploy/secrets, unless it exists, and makes the files that containers mount readable"
  exit 0
fi

here="$(dirname "$0")"
chmod a+r "$here/nginx.conf" "$here/postgres-init.sql"

directory="$here/secrets"
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

echo "Created $directory. Back up root_keys separately from the database: nothing can be decrypted without it."
