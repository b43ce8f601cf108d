/** Describes a code of errors for callers: why it comes, and what to do about it. */
export interface DescribedError {
  readonly code: string;
  /** The statuses that it comes with. */
  readonly statuses: readonly number[];
  readonly cause: string;
  readonly cure: string;
}

/** Lists every code that an answer can have as `error_code`. docs/errors.md and /api/docs/errors are made of it. */
export const ERROR_CATALOGUE: readonly DescribedError[] = [
  {
    code: 'bad_parameters_error',
    statuses: [400],
    cause:
      'A field, a parameter, a header or the JSON of the body breaks a rule, or the request is no proper HTTP.',
    cure: 'Correct what the message names. For broken JSON it gives the line and the column.',
  },
  {
    code: 'illegal_action_error',
    statuses: [400],
    cause:
      'The request is well-formed, but the state does not allow it: nothing is to change, a visibility would become ' +
      'narrower, a global secret belongs to another tenant, or a page is too large.',
    cure: 'Follow the message; a global secret is changed from its own tenant.',
  },
  {
    code: 'invalid_filter_rule',
    statuses: [400],
    cause: 'A filter rule of a search breaks a rule. `err_filter_rule` and `err_reason` say which and why.',
    cure: 'Correct the rule: each has exactly `key`, `values`, `operator` and `type`.',
  },
  {
    code: 'no_such_include_field_error',
    statuses: [400],
    cause: '`_include` names a field that the items of the list do not have.',
    cure: 'Take one of the fields that the message lists. Values are not in lists.',
  },
  {
    code: 'too_costly',
    statuses: [400],
    cause:
      'One request may not cost as much as this one: too many rules or values, too short a search, too large a list.',
    cure: 'Ask for less, or in several requests, as the message says.',
  },
  {
    code: 'unauthorized_error',
    statuses: [401],
    cause:
      'The request proves no user: credentials are missing, cannot be read, or are not right. Unknown, wrong, locked ' +
      'and inactive have the same text on purpose. A token is malformed, unknown or expired.',
    cure:
      'Send a user name and a password by HTTP Basic authentication, or a token in `Authentication-Token`. After several ' +
      'wrong passwords wait a minute. An administrator can set a password, unlock and activate a user.',
  },
  {
    code: 'forbidden_error',
    statuses: [403],
    cause:
      'The user is known and lacks a permission in this tenant, or there is no such tenant: both look the same on ' +
      'purpose. Hidden values and global secrets need more rights than others.',
    cure:
      'Check the name in the `tenant` header. A system administrator can give you a role that has the permission which ' +
      'the message names.',
  },
  {
    code: 'not_found_error',
    statuses: [404],
    cause: 'What the path or the body names does not exist in this tenant, or is private to another user.',
    cure: 'Check the name and the tenant. Do not take it for a wrong address: that is `unknown_address`.',
  },
  {
    code: 'unknown_address',
    statuses: [404],
    cause:
      'No route has this path: the prefix is missing, a slash stands at the end or within a key, or a part is misspelled.',
    cure: 'Take the address that the message suggests. `/api/docs` lists all.',
  },
  {
    code: 'method_not_allowed',
    statuses: [405, 501],
    cause: 'The path exists, but not for this method. With 501, no path exists for it.',
    cure: 'Use one of the methods in the header `Allow`, or that the message names.',
  },
  {
    code: 'request_timeout',
    statuses: [408],
    cause: 'The headers or the body stopped arriving, or arrived too slowly.',
    cure: 'Send the request again. Behind a slow line, raise `STRONGROOM_BODY_STALL_MS`.',
  },
  {
    code: 'conflict_error',
    statuses: [409],
    cause:
      'The name is taken, the value does not fit the schema of the secret, or the state does not allow the change.',
    cure: 'Change what is there with PATCH, or correct the value as the message says.',
  },
  {
    code: 'version_destroyed',
    statuses: [410],
    cause:
      'Somebody has destroyed this version of the secret: its value was erased, and only the fact that it existed stays.',
    cure: 'Take another version: GET `/api/v3.1/secrets/<key>/versions` lists them.',
  },
  {
    code: 'secret_expired',
    statuses: [410],
    cause:
      'The time in `expires_at` of the secret has passed. It is still listed, and its key is still taken.',
    cure:
      'Change it: PATCH, or PUT with `update_if_exists`, with a new `value`. A change that gives no `expires_at` clears ' +
      'the one that has passed.',
  },
  {
    code: 'pruned',
    statuses: [410],
    cause: 'This part of the audit trail is older than the retention, and was removed.',
    cure:
      'Take what is left: an export without `since` begins at the oldest checkpoint that is kept. What was removed is only in ' +
      'exports from before.',
  },
  {
    code: 'cursor_gone',
    statuses: [410],
    cause:
      'The feed of changes cannot go on from the cursor without a gap: it is older than seven days, or from before a restore.',
    cure: 'Take the new `cursor` of the answer, list the secrets again, and go on from that cursor.',
  },
  {
    code: 'precondition_failed',
    statuses: [412],
    cause:
      'The secret is not, or no longer, in the state that `If-Match` or `If-None-Match` demands: somebody has changed it, ' +
      'created it or deleted it. `etag`, `updated_at` and `updated_by` tell the present state.',
    cure: 'Read the secret again, make the change on what it is now, and send it with the new `ETag`.',
  },
  {
    code: 'bulk_refused',
    statuses: [422],
    cause:
      'A bulk request is all or nothing, and some of its secrets cannot be read or written, or cannot be named as ' +
      'variables. `items` tells which and why. Nothing was given, and nothing was written.',
    cure:
      'Put right or leave out what `items` names. The format `items` of a read and the mode `each` of a write tell of each ' +
      'secret what came of it.',
  },
  {
    code: 'precondition_required',
    statuses: [428],
    cause: 'The tenant takes no change of a secret that does not name the state that it is based on.',
    cure:
      'Read the secret and send its `ETag` in `If-Match`. A manager of the tenant can end this: ' +
      'PATCH `/api/v3.1/tenants/<name>/settings` with `{"require_if_match": false}`.',
  },
  {
    code: 'too_large',
    statuses: [413, 431],
    cause: 'The value, the body or, with status 431, the headers are larger than allowed.',
    cure: 'Send less. `STRONGROOM_MAX_VALUE_BYTES` and `STRONGROOM_MAX_IMPORT_BYTES` set the limits.',
  },
  {
    code: 'uri_too_long',
    statuses: [414],
    cause: 'A part of the path is longer than any name can be.',
    cure: 'Check the path: names have at most 256 characters.',
  },
  {
    code: 'unsupported_content_type_error',
    statuses: [415],
    cause: 'The body is not sent as JSON in UTF-8, or it is compressed.',
    cure: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  {
    code: 'too_many_requests',
    statuses: [429],
    cause: 'Too many passwords wait to be checked or stored, or too many requests wait for changes.',
    cure:
      'Send it again after `Retry-After` seconds. Use tokens, which do not wait for passwords, and one stream of changes ' +
      'for all parts of a program. Too many failures are a 401, not this.',
  },
  {
    code: 'internal_server_error',
    statuses: [500],
    cause: 'The service failed in a way that nobody foresaw.',
    cure: 'Give an administrator the request id of the message. The log has the reason under that id.',
  },
  {
    code: 'busy',
    statuses: [503],
    cause: 'Other requests use what this one needs: a lock, or all places of its kind.',
    cure: 'Send it again after `Retry-After` seconds. A change was not made.',
  },
  {
    code: 'unavailable',
    statuses: [503],
    cause: 'The database cannot be reached or cannot serve, or this process shuts down.',
    cure: 'Send it again after `Retry-After` seconds. The log of the service says why (docs/database-errors.md).',
  },
  {
    code: 'maintenance_mode_active',
    statuses: [503],
    cause: 'An administrator has put the service into maintenance mode.',
    cure: 'Wait, or as an administrator end it by POST `/api/v3.1/maintenance/deactivate`.',
  },
];
