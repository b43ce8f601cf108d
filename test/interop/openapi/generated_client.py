"""Makes the five calls on secrets with the client that openapi-python-client generates.

Arguments: the folder of the client, the address of the service, and the administrator's password.
"""
import base64
import sys

FOLDER, URL, PASSWORD = sys.argv[1:]
sys.path.insert(0, FOLDER)

from strongroom_client import Client  # noqa: E402
from strongroom_client.api.secrets import (  # noqa: E402
    create_secret_v3,
    delete_secret_v3,
    list_secrets_v3,
    read_secret_v3,
    update_secret_v3,
)
from strongroom_client.models import NewSecretBodyV3, SecretChangeBodyV3  # noqa: E402

KEY = "generated.python"
LOGIN = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
HEADERS = {"Authorization": f"Basic {LOGIN}", "tenant": "default_tenant"}


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"FAILED the generated Python client: {what}: got {got!r}, not {wanted!r}")


with Client(base_url=URL, headers=HEADERS, raise_on_unexpected_status=True) as client:
    created = create_secret_v3.sync(KEY, client=client, body=NewSecretBodyV3(value="x"))
    expect("create", (created.key, created.value), (KEY, "x"))
    expect("read", read_secret_v3.sync(KEY, client=client).value, "x")
    listed = list_secrets_v3.sync(client=client, key=[KEY])
    expect("list", [secret.key for secret in listed.items], [KEY])
    updated = update_secret_v3.sync(KEY, client=client, body=SecretChangeBodyV3(value="y"))
    expect("update", (updated.value, updated.updated_at >= created.updated_at), ("y", True))
    expect("delete", delete_secret_v3.sync(KEY, client=client).key, KEY)
    missing = read_secret_v3.sync_detailed(KEY, client=client)
    expect("read what is gone", (missing.status_code, missing.parsed.error_code), (404, "not_found_error"))
print("The generated Python client: 6 calls passed")
