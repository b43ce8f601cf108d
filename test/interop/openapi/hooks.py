"""Keeps schemathesis from taking away its own login, or closing the service, in the middle of its run."""
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    path, parameters = case.operation.path, case.path_parameters or {}
    method = case.method.upper()
    if "/users/" in path and method != "GET" and str(parameters.get("name", "")).lower() == "admin":
        parameters["name"] = "nobody"
    if path.endswith("/maintenance/{action}") and parameters.get("action") == "activate":
        parameters["action"] = "deactivate"
    if "/permissions/" in path and method == "DELETE" and parameters.get("role") == "sys_admin":
        parameters["role"] = "viewer"
