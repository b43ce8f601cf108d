import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const PATH = '/api/v3/secrets';
const HEADERS = {
  Authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`,
  tenant: 'default_tenant',
};

describe('input of every kind', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  const put = (key: string, body: string | Buffer) =>
    room.send({
      method: 'PUT',
      path: `${PATH}/${key}`,
      headers: { ...HEADERS, 'Content-Type': 'application/json' },
      body,
    });

  it.each([
    ['a', 200],
    ['Z', 200],
    ['a-b.c_d~e', 200],
    ['share', 200],
    [`k${'x'.repeat(255)}`, 200],
    [`k${'x'.repeat(256)}`, 400],
    [`k${'x'.repeat(2100)}`, 414],
    ['1key', 400],
    ['_key', 400],
    ['~key', 400],
    ['a%20b', 400],
    ['a+b', 400],
    ['%C3%A9', 400],
    ['caf%C3%A9', 400],
    ['a%00b', 400],
    ['a%0Ab', 400],
    ['a%5Cb', 400],
    ['a;b', 400],
    ['a:b', 400],
    ['a%3Fb', 400],
    ['a%23b', 400],
    ['a%25b', 400],
    ['a%252Fb', 400],
    ['a%E2%80%AEb', 400],
    ["a'b", 400],
    ['a%zzb', 400],
    ['a%C3', 400],
    ['a%2Fb', 404],
    ['a%2fb', 404],
    ['a/b', 404],
    ['a/', 404],
    ['/a', 404],
    ['', 404],
  ])('answers the key %s with %i', async (key, status) => {
    const answer = await put(key, '{"value": "x"}');
    expect(answer.status).toBe(status);
    if (status !== 200) {
      const count = await room.database.asSuperuser(
        'SELECT count(*)::int AS n FROM secrets WHERE length(key) > 256',
      );
      expect(count).toEqual([{ n: 0 }]);
    }
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '7',
    'true',
    '{}',
    '{"value": ""}',
    '{"value": null}',
    '{"value": 7}',
    '{"value": true}',
    '{"value": ["x"]}',
    '{"value": {"a": "b"}}',
    '{"value": "\\ud800"}',
    '{"value": "a\\udc00b"}',
    '{"Value": "x"}',
    '{"value": "x"} trailing',
    "{'value': 'x'}",
    '{"value": "a\nb"}',
  ])('refuses the body %j', async (body) => {
    const answer = await put('refused', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe('bad_parameters_error');
    expect((await room.secret(ADMIN, 'GET', 'refused')).status).toBe(404);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const answer = await put('refused', Buffer.from('7b2276616c7565223a22ff227d', 'hex'));
    expect(answer.status).toBe(400);
  });

  it('survives deep nesting', async () => {
    const depth = 60_000;
    const answer = await put('deep', `{"value": "x", "other": ${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect([200, 400]).toContain(answer.status);
  });

  it('never repeats a value in a refusal', async () => {
    const canary = 'canary-3f9d2c';
    const bodies = [
      `{"value": ["${canary}"]}`,
      `{"value": "${canary}`,
      `{"value": {"${canary}": 1}}`,
      `"${canary}"`,
    ];
    for (const body of bodies) expect((await put('silent', body)).text).not.toContain(canary);
    expect(room.logs.join('\n')).not.toContain(canary);
  });

  it.each([
    ['GET', '/api/v3/secrets/', 404],
    ['GET', '/api/v3/secrets//a', 404],
    ['GET', '/api/v3/secrets/a/b', 404],
    ['GET', '/api/v3', 404],
    ['GET', '/api', 404],
    ['POST', '/', 405],
    ['GET', '/API/v3/secrets', 404],
    ['POST', '/api/v3/secrets', 405],
    ['PUT', '/api/v3/secrets', 405],
    ['POST', '/api/v3/secrets/a', 405],
    ['OPTIONS', '/api/v3/secrets/a', 405],
    ['OPTIONS', '/nowhere', 404],
    ['TRACE', '/api/v3/secrets/a', 405],
    ['PROPFIND', '/api/v3/secrets/a', 405],
    ['DELETE', '/health/live', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await room.call(ADMIN, method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty('server_traceback', null);
    if (status === 405) expect(answer.headers.allow).toMatch(/GET/);
  });

  it('opens no door to other origins', async () => {
    const answer = await room.call(ADMIN, 'GET', PATH, undefined, { Origin: 'https://evil.example' });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._~-]{0,255}$/);
  const value = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 300 })
    .filter((text) => text.isWellFormed());

  it('keeps any key and value that the rules allow', async () => {
    await fc.assert(
      fc.asyncProperty(key, value, async (name, text) => {
        // Another test or a failed attempt may have left it behind.
        await room.secret(ADMIN, 'DELETE', name);
        const created = await room.secret(ADMIN, 'PUT', name, text);
        expect(created.status).toBe(200);
        expect((await room.secret(ADMIN, 'GET', name)).body.value).toBe(text);
        expect((await room.secret(ADMIN, 'DELETE', name)).body.value).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps values of any size up to the limit', async () => {
    const sizes = fc.integer({ min: 1, max: 65_536 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom('x', 'é', '€', '😀', '\u0000'), async (size, unit) => {
        const text = unit.repeat(Math.max(1, Math.floor(size / Buffer.byteLength(unit))));
        await room.secret(ADMIN, 'DELETE', 'sized');
        expect((await room.secret(ADMIN, 'PUT', 'sized', text)).status).toBe(200);
        expect((await room.secret(ADMIN, 'GET', 'sized')).body.value).toBe(text);
      }),
      {
        numRuns: 25,
        examples: [
          [65_536, 'x'],
          [65_536, '€'],
          [1, 'x'],
        ],
      },
    );
  });

  it('answers anything else with a 4xx', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.jsonValue().map((json) => JSON.stringify({ value: json })),
    );
    const anyKey = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(anyKey.map(encodeURIComponent), anything, async (name, body) => {
        const answer = await put(name, body);
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 200) await room.secret(ADMIN, 'DELETE', name);
      }),
      { numRuns: 150 },
    );
  });
});
