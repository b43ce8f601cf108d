import { describe, expect, it } from '@jest/globals';
import { reactionOf, type ClientName, type Reaction } from '../../contract/client-reaction.js';

const SECRET = '{"key": "k", "value": "v", "private_resource": false, "resource_availability": "tenant"}';
const SEED_SECRET =
  '{"key": "k", "value": "v", "created_at": "", "updated_at": "", "permission": "", "tenant_name": "", "created_by": ""}';
const error = (code: string) => `{"message": "m", "error_code": "${code}", "server_traceback": null}`;

/** Lists the observed reactions of real clients to such responses. */
const SEEN: readonly (readonly [ClientName, string, number, string, Reaction])[] = [
  ['common', 'PUT /secrets/k', 200, SECRET, { returns: 'object' }],
  ['common', 'PUT /secrets/k', 201, SECRET, { raises: 'CloudifyClientError', status: 201, code: null }],
  ['common', 'GET /secrets/k', 204, '', { raises: 'CloudifyClientError', status: 204, code: null }],
  ['common', 'DELETE /secrets/k', 204, '', { returns: 'nothing' }],
  ['common', 'DELETE /secrets/k', 200, SECRET, { returns: 'object' }],
  ['common', 'DELETE /secrets/k', 200, '', { raises: 'JSONDecodeError' }],
  ['rest-client-4.0', 'DELETE /secrets/k', 200, SEED_SECRET, { returns: 'object' }],
  [
    'rest-client-4.0',
    'DELETE /secrets/k',
    204,
    '',
    { raises: 'CloudifyClientError', status: 204, code: null },
  ],
  ['common', 'GET /secrets', 200, '{"items": []}', { raises: 'KeyError' }],
  ['common', 'GET /secrets', 200, '{"items": [], "metadata": {}}', { returns: 'page' }],
  ['common', 'POST /tenants/t', 200, '{}', { raises: 'CloudifyClientError', status: 200, code: null }],
  ['common', 'POST /tenants/t', 201, '{}', { returns: 'object' }],
  ['common', 'PUT /users', 200, '{}', { raises: 'CloudifyClientError', status: 200, code: null }],
  ['common', 'POST /user-groups', 200, '{}', { raises: 'CloudifyClientError', status: 200, code: null }],
  ['common', 'POST /tokens', 201, '{}', { raises: 'CloudifyClientError', status: 201, code: null }],
  ['common', 'GET /secrets/share/export', 200, '{"items": []}', { returns: 'object' }],
  ['common', 'GET /secrets/share/export', 200, '[]', { returns: 'array' }],
  ['cfy', 'GET /secrets/k', 200, SECRET, { returns: 'object' }],
  ['cfy', 'GET /secrets/k', 200, SEED_SECRET, { raises: 'KeyError' }],
  ...(
    [
      [400, 'bad_parameters_error', 'CloudifyClientError'],
      [400, 'no_such_include_field_error', 'NoSuchIncludeFieldError'],
      [400, 'invalid_filter_rule', 'InvalidFilterRule'],
      [401, 'unauthorized_error', 'UserUnauthorizedError'],
      [403, 'forbidden_error', 'ForbiddenError'],
      [404, 'not_found_error', 'CloudifyClientError'],
      [409, 'conflict_error', 'CloudifyClientError'],
      [429, 'too_many_requests', 'CloudifyClientError'],
      [500, 'internal_server_error', 'CloudifyClientError'],
    ] as const
  ).map(
    ([status, code, raises]) =>
      ['common', 'GET /secrets/k', status, error(code), { raises, status, code }] as const,
  ),
  [
    'common',
    'GET /secrets/k',
    404,
    '{"statusCode": 404}',
    { raises: 'CloudifyClientError', status: 404, code: null },
  ],
  [
    'common',
    'GET /secrets/k',
    403,
    '{"detail": "no"}',
    { raises: 'CloudifyClientError', status: 403, code: null },
  ],
  ['common', 'GET /secrets/k', 502, '<html>', { raises: 'CloudifyClientError', status: 502, code: null }],
  ['common', 'GET /status', 304, '', { raises: 'NotModifiedError', status: 304, code: 'not_modified' }],
];

describe('what a client makes of an answer', () => {
  it.each(SEEN)('is for %s and %s, answered %i with %s: %j', (client, request, status, text, reaction) => {
    expect(reactionOf(client, request, { status, text })).toEqual(reaction);
  });
});
