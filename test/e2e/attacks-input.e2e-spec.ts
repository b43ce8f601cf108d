import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

/** Lists texts that attackers send in place of a name, a number or a text. */
const HOSTILE_TEXTS = [
  "'; DROP TABLE secrets; --",
  "' OR '1'='1",
  '%',
  '_',
  '\\',
  '..',
  '.',
  '../../etc/passwd',
  '\u0000',
  '\n\u001b[31m',
  '\u202e',
  '__proto__',
  'constructor',
  '${7*7}',
  'x'.repeat(1500),
];
const HOSTILE_NUMBERS = ['-1', '1.5', 'NaN', 'Infinity', '1e9', '0x10', '9'.repeat(30), '', ' 1', 'abc'];
const HOSTILE_NAMES = [
  'key[$ne]',
  'tenant[]',
  '__proto__[x]',
  'constructor[prototype][x]',
  '_include[]',
  '_size[gt]',
];

const MEMBERS = [
  ...[
    'username',
    'password',
    'role',
    'tenant_name',
    'group_name',
    'value',
    'visibility',
    'action',
    'creator',
  ],
  ...['description', 'expiration_date', 'filter_rules', 'constraints', 'secrets_list', 'override_collisions'],
  ...['schema', 'provider_name', 'provider_options', 'is_hidden_value', 'update_if_exists', 'tenant_map'],
];
const HOSTILE_BODIES = [
  ...[
    'null',
    '[]',
    '7',
    '"text"',
    '{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"x": 1}}}',
  ],
  ...['{"$ne": null}', '["x"]', '7', 'true', 'null', '"\\u0000"', '"\'; DROP TABLE users; --"'].map(
    (value) => `{${MEMBERS.map((name) => `"${name}": ${value}`).join(', ')}}`,
  ),
];

describe('hostile input at every route', () => {
  let room: Strongroom;
  let routes: (readonly [method: string, template: string])[];
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.secret(ADMIN, 'PUT', 'witness', 'untouched');
    routes = Object.entries(room.validator.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => [method.toUpperCase(), path] as const),
    );
  });
  afterAll(() => room.stop());

  /** Returns the route with a name that does not exist, except for the tenant in which the permission is looked up. */
  const filled = (template: string) =>
    template.replace('/tenants/{name}', '/tenants/default_tenant').replace(/\{[^}]+\}/g, 'absent');

  type Tried = readonly [what: string, answer: Answer];
  const tried = async (method: string, path: string, body?: unknown): Promise<Tried> => [
    `${method} ${path} ${JSON.stringify(body)}`,
    await room.call(ADMIN, method, path, body),
  ];

  async function expectUnharmed(answers: readonly Tried[]): Promise<void> {
    expect(answers.length).toBeGreaterThan(0);
    const failed = answers.filter(([, { status }]) => status >= 500);
    expect(failed.map(([what, { status, text }]) => [what, status, text])).toEqual([]);
    const kept = answers.filter(([, { headers }]) => headers['cache-control'] !== 'no-store');
    expect(kept.map(([what, { status }]) => [what, status])).toEqual([]);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect((await room.secret(ADMIN, 'GET', 'witness')).body.value).toBe('untouched');
  }

  it('does no harm in a query, and most of it is refused', async () => {
    const texts = ['_sort', '_include', '_after', '_search', 'key', '_passphrase'];
    const queries = [
      ...HOSTILE_TEXTS.flatMap((text, index) =>
        [texts[index % texts.length]!, '_sort'].map((name) => `${name}=${encodeURIComponent(text)}`),
      ),
      ...HOSTILE_NUMBERS.flatMap((number) => [
        `_size=${encodeURIComponent(number)}`,
        `_offset=${encodeURIComponent(number)}`,
      ]),
      ...HOSTILE_NAMES.map((name) => `${name}=1`),
      ...['_size=1&_size=2', '_offset=0&_offset=1', '_get_data=1&_get_data=2', '_all_tenants=%00'],
    ];
    for (const [, template] of routes.filter(([method, path]) => method === 'GET' && !/v3[/]/.test(path))) {
      const answers = await Promise.all(queries.map((query) => tried('GET', `${filled(template)}?${query}`)));
      await expectUnharmed(answers);
    }
    for (const list of ['/api/v3/secrets', '/api/v3.1/secrets', '/api/v3.1/users', '/api/v3/tenants']) {
      const refused = queries.filter((one) => /^(_size|_offset|_sort|key\[|tenant\[)/.test(one));
      const answers = await Promise.all(refused.map((query) => tried('GET', `${list}?${query}`)));
      expect(answers.filter(([, { status }]) => status !== 400).map(([what]) => what)).toEqual([]);
    }
  });

  it('does no harm in a path', async () => {
    for (const [method, template] of routes.filter(([, path]) => path.includes('{'))) {
      const paths = HOSTILE_TEXTS.filter((text) => text !== 'constructor').map((text) =>
        template.replace(/\{[^}]+\}/g, encodeURIComponent(text)),
      );
      const answers = await Promise.all(paths.map((path) => tried(method, path)));
      await expectUnharmed(answers);
      for (const [what, { status }] of answers) expect([what, status >= 400]).toEqual([what, true]);
    }
  });

  it('does no harm in a body, and makes no tenant and no user', async () => {
    for (const [method, template] of routes.filter(([one]) => one !== 'GET')) {
      const bodies = HOSTILE_BODIES.map((body) => JSON.parse(body) as unknown);
      await expectUnharmed(await Promise.all(bodies.map((body) => tried(method, filled(template), body))));
    }
    const names = await room.database.asSuperuser(
      'SELECT (SELECT array_agg(name) FROM tenants) AS tenants, (SELECT array_agg(username) FROM users) AS users',
    );
    expect(names).toEqual([{ tenants: ['default_tenant'], users: ['admin'] }]);
  });
});
