import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const CANARY = 'canary-51bb';

/** Lists mistakes with the routes that Cloudify does not have: the request, and what the message says. None has the canary. */
const MISTAKES: [method: string, path: string, body: unknown, message: RegExp][] = [
  ['PATCH', '/secrets/there', { max_versions: 0 }, /^`max_versions` must be a whole number from 1 to 1000$/],
  [
    'PATCH',
    '/secrets/there',
    { max_versions: CANARY },
    /^`max_versions` must be a whole number from 1 to 1000; a string came$/,
  ],
  ['PATCH', '/secrets/there', { max_versions: [5] }, / 1 to 1000; an array came$/],
  ['PATCH', '/secrets/there', { labels: [CANARY] }, /^`labels` must be an object .*; an array came$/],
  [
    'PATCH',
    '/secrets/there',
    { labels: { 'a b': CANARY } },
    /^`labels` has a name that is not valid: the name "a b" may only hold .*, and must begin and end with a letter or digit$/,
  ],
  [
    'PATCH',
    '/secrets/there',
    { labels: { a: 7 } },
    /^`labels` has a value that is not valid: `a` must be a string$/,
  ],
  ['PATCH', '/secrets/there', { labels: { '': CANARY } }, /not valid: the name must not be empty$/],
  ['GET', '/secrets?_label=a%20b%3Dx', undefined, /^`_label` has a name .* the name "a b" may only hold/],
  ['PATCH', '/secrets/there', { expires_at: CANARY }, /^`expires_at` must be a time such as .*, or null$/],
  ['POST', '/bulk/secrets/read', { keys: [] }, /^`keys` must be an array of 1 to 500 keys$/],
  ['POST', '/bulk/secrets/read', { keys: CANARY }, /^`keys` must be an array .*; a string came$/],
  [
    'POST',
    '/bulk/secrets/read',
    { keys: ['1'] },
    /^`keys` has a key that is not valid: the key "1" must begin with a letter$/,
  ],
  [
    'POST',
    '/bulk/secrets/write',
    { mode: 'each', items: CANARY },
    /^`items` must be an array .*; a string came$/,
  ],
  [
    'POST',
    `/trash/secrets/${CANARY}/restore`,
    undefined,
    /^`id` must be the id of a secret in the trash, a UUID: /,
  ],
  ['DELETE', `/trash/secrets/${CANARY}`, undefined, /^`id` must be .* lists it as `id`$/],
  [
    'GET',
    `/changes/secrets?since=${CANARY}`,
    undefined,
    /^`since` is not a cursor: give what an answer says/,
  ],
];

describe('a message of a route of ours', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.secret(ADMIN, 'PUT', 'there', 'x');
  });
  afterAll(() => room.stop());

  const call = (method: string, path: string, sent?: unknown) =>
    room.call(ADMIN, method, `${V31}${path}`, sent);

  it.each(MISTAKES)('says what was wrong with %s %.40s %.60j', async (method, path, sent, message) => {
    const { status, body } = await call(method, path, sent);
    expect([status, body.message]).toEqual([400, expect.stringMatching(message)]);
    expect(body.message).not.toContain(CANARY);
  });

  it('names the secrets for which nothing is read', async () => {
    const { status, body } = await call('POST', '/bulk/secrets/read', {
      keys: ['no.1', 'no.2'],
      format: 'map',
    });
    expect([status, body.message]).toEqual([
      422,
      expect.stringMatching(/^No secret was given, since you see no secret with these keys: no\.1, no\.2; /),
    ]);
  });

  it('says in the words of a bulk write what an item lacks', async () => {
    const items = [{ key: 'there', value: CANARY, if_match: '"a"' }];
    const { body } = await call('POST', '/bulk/secrets/write', { mode: 'each', items });
    expect(JSON.stringify(body)).toContain('`if_match` of an item, needs');
  });

  it('tells how to send `If-Match` for a secret in the trash, which nothing reads by its key', async () => {
    await call('PUT', '/secrets/gone', { value: CANARY });
    await call('DELETE', '/secrets/gone');
    const { items } = (await call('GET', '/trash/secrets')).body as { items: { id: string; etag: string }[] };
    const [{ id, etag } = { id: '', etag: '' }] = items;
    await call('PATCH', '/tenants/default_tenant/settings', { require_if_match: true });
    for (const [method, path] of [
      ['POST', `/trash/secrets/${id}/restore`],
      ['DELETE', `/trash/secrets/${id}`],
    ] as const) {
      const { status, body } = await call(method, path);
      expect([status, body.message]).toEqual([428, expect.stringContaining(`send the \`etag\` that`)]);
      expect(body.message).toContain(id);
    }
    const headers = { 'If-Match': etag };
    const restored = await room.call(ADMIN, 'POST', `${V31}/trash/secrets/${id}/restore`, undefined, headers);
    expect(restored.status).toBe(200);
    await call('PATCH', '/tenants/default_tenant/settings', { require_if_match: false });
  });
});
