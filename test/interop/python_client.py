"""Tests the installed version of the real Python client. Arguments: port and the administrator's password."""
import inspect
import sys

from cloudify_rest_client import CloudifyClient
from cloudify_rest_client.client import HTTPClient
from cloudify_rest_client.exceptions import CloudifyClientError

PORT, PASSWORD = int(sys.argv[1]), sys.argv[2]
passed, failed = 0, 0


def client(**options):
    return CloudifyClient(host="127.0.0.1", port=PORT, protocol="http", tenant="default_tenant", **options)


def check(name, call, expected=None):
    """Counts a call as passed if it succeeds and, where `expected` is given, returns it."""
    global passed, failed
    try:
        result = call()
        if expected is not None and result != expected:
            raise AssertionError("got %r" % (result,))
        passed += 1
    except Exception as error:  # any exception is a failure to report
        failed += 1
        print("FAILED %s: %s: %r" % (name, type(error).__name__, error.args))


def status(call):
    try:
        call()
    except CloudifyClientError as error:
        return error.status_code
    return 200


def secrets(c, version):
    key = "interop-" + version
    check(version + " create", lambda: c.secrets.create(key, "one")["key"], key)
    check(version + " get", lambda: c.secrets.get(key)["value"], "one")
    check(version + " create again", lambda: status(lambda: c.secrets.create(key, "x")), 409)
    check(version + " update", lambda: c.secrets.update(key, "two")["key"], key)
    check(version + " get changed", lambda: c.secrets.get(key)["value"], "two")
    check(version + " update_if_exists", lambda: c.secrets.create(key, "three", update_if_exists=True)["key"], key)
    check(version + " list", lambda: key in [item["key"] for item in c.secrets.list(sort="key", is_descending=True)])
    check(version + " include", lambda: c.secrets.list(_include=["key"], key=key).items, [{"key": key}])
    check(version + " absent", lambda: status(lambda: c.secrets.get("no-such")), 404)
    check(version + " hidden", lambda: c.secrets.create(key + "-h", "x", is_hidden_value=True)["key"], key + "-h")
    for name in (key, key + "-h"):
        check(version + " delete", lambda name=name: c.secrets.delete(name))


def identity(c, version):
    tenant, user, group = ("interop-%s-%s" % (kind, version.replace(".", "-")) for kind in ("t", "u", "g"))
    check(version + " tenants.create", lambda: c.tenants.create(tenant)["name"], tenant)
    check(version + " users.create", lambda: c.users.create(user, "a-password", "default")["username"], user)
    check(version + " add_user", lambda: c.tenants.add_user(user, tenant, "user")["users"], 1)
    check(version + " update_user", lambda: c.tenants.update_user(user, tenant, "viewer")["users"], 1)
    check(version + " groups.create", lambda: c.user_groups.create(group, "default")["name"], group)
    check(version + " group add_user", lambda: c.user_groups.add_user(user, group)["users"], 1)
    check(version + " add_user_group", lambda: c.tenants.add_user_group(group, tenant, "user")["groups"], 1)
    check(version + " user _get_data", lambda: list(c.users.get(user, _get_data=True)["tenants"]), [tenant])
    check(version + " still held", lambda: status(lambda: c.tenants.delete(tenant)), 409)
    check(version + " deactivate", lambda: c.users.deactivate(user)["active"], False)
    check(version + " activate", lambda: c.users.activate(user)["active"], True)
    check(version + " unlock", lambda: status(lambda: c.users.unlock(user)), 409)
    check(version + " set_role", lambda: c.users.set_role(user, "sys_admin")["username"], user)
    check(version + " set_password", lambda: c.users.set_password(user, "another-one")["username"], user)
    check(version + " remove_user_group", lambda: c.tenants.remove_user_group(group, tenant))
    check(version + " remove_user", lambda: c.tenants.remove_user(user, tenant))
    check(version + " groups.delete", lambda: c.user_groups.delete(group))
    check(version + " users.delete", lambda: c.users.delete(user))
    check(version + " tenants.delete", lambda: c.tenants.delete(tenant))
    if not hasattr(c, "permissions"):  # some clients are older than this call
        return
    check(version + " permissions.add", lambda: c.permissions.add("secret_delete", "viewer"))
    check(version + " permissions.delete", lambda: c.permissions.delete("secret_delete", "viewer"))


def installation(c, version):
    check(version + " version", lambda: c.manager.get_version()["edition"], "premium")
    check(version + " status", lambda: c.manager.get_status()["status"], "running" if version == "v3" else "OK")
    check(version + " maintenance", lambda: c.maintenance_mode.status()["status"], "deactivated")
    check(version + " managers", lambda: list(c.manager.get_managers()), [])
    check(version + " self", lambda: c.users.get_self()["username"], "admin")


def maintenance(c, version):
    check(version + " maintenance activate", lambda: c.maintenance_mode.activate()["status"], "activated")
    check(version + " maintenance again", lambda: raised(c.maintenance_mode.activate), "NotModifiedError")
    check(version + " maintenance secrets", lambda: raised(c.secrets.list), "MaintenanceModeActiveError")
    check(version + " maintenance deactivate", lambda: c.maintenance_mode.deactivate()["status"], "deactivated")


def raised(call):
    try:
        call()
    except CloudifyClientError as error:
        return type(error).__name__
    return None


def tokens(c):
    made = c.tokens.create(description="interop", expiration="+1h")
    bearer = client(token=made["value"])
    c.secrets.create("by-token", "x")
    check("token get", lambda: bearer.secrets.get("by-token")["value"], "x")
    check("token list", lambda: made["id"] in [token["id"] for token in bearer.tokens.list()])
    check("token own password", lambda: status(lambda: bearer.users.set_password("admin", "stolen-one")), 403)
    check("set_visibility", lambda: c.secrets.set_visibility("by-token", "global")["visibility"], "global")
    check("token secret delete", lambda: c.secrets.delete("by-token"))
    check("token delete", lambda: c.tokens.delete(made["id"]))
    check("token deleted", lambda: status(lambda: bearer.secrets.get("by-token")), 401)


def before_51(c):
    """Tests what clients before 5.1 share: they accept only 200 for a deletion, which v3 returns."""
    check("create", lambda: c.secrets.create("old", "one")["key"], "old")
    check("get", lambda: c.secrets.get("old")["value"], "one")
    check("create again", lambda: status(lambda: c.secrets.create("old", "x")), 409)
    check("list", lambda: [item["key"] for item in c.secrets.list(sort="key", is_descending=True)], ["old"])
    check("absent", lambda: status(lambda: c.secrets.get("no-such")), 404)
    check("delete", lambda: c.secrets.delete("old"))
    check("tenants.create", lambda: c.tenants.create("old-t")["name"], "old-t")
    check("tenants.get", lambda: c.tenants.get("old-t")["name"], "old-t")
    check("tenants.list", lambda: "old-t" in [tenant["name"] for tenant in c.tenants.list()])
    check("users.create", lambda: c.users.create("old-u", "a-password", "default")["username"], "old-u")
    role = ["user"] if "role" in inspect.signature(c.tenants.add_user).parameters else []
    check("add_user", lambda: c.tenants.add_user("old-u", "old-t", *role)["name"], "old-t")
    check("user", lambda: c.users.get("old-u")["username"], "old-u")
    check("set_password", lambda: c.users.set_password("old-u", "another-one")["username"], "old-u")
    check("set_role", lambda: c.users.set_role("old-u", "sys_admin")["username"], "old-u")
    check("deactivate", lambda: c.users.deactivate("old-u")["active"], False)
    check("activate", lambda: c.users.activate("old-u")["active"], True)
    check("remove_user", lambda: c.tenants.remove_user("old-u", "old-t"))
    check("users.delete", lambda: c.users.delete("old-u"))
    check("tenants.delete", lambda: c.tenants.delete("old-t"))
    token = c.tokens.get()["value"]
    check("token", lambda: client(token=token, api_version="v3").users.list().items[0]["username"], "admin")
    check("status", lambda: c.manager.get_status()["status"], "running")
    check("version", lambda: c.manager.get_version()["edition"], "premium")


def takes_204():
    return inspect.signature(HTTPClient.delete).parameters["expected_status_code"].default != 200


if takes_204():
    for api_version in ("v3.1", "v3"):
        administrator = client(username="admin", password=PASSWORD, api_version=api_version)
        for part in (secrets, identity, installation, maintenance):
            part(administrator, api_version)
    administrator = client(username="admin", password=PASSWORD)
    if hasattr(administrator.tokens, "create"):
        tokens(administrator)
else:
    before_51(client(username="admin", password=PASSWORD, api_version="v3"))
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
