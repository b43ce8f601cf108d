import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import type { OpenApiDocument } from '../support/open-api-validator.js';
import { ADMIN, ADMIN_PASSWORD, Strongroom, type As } from '../support/strongroom.js';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Route {
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly fields: readonly string[];
}

/** Names fields of secrets that are sealed, or stay JSON, and may therefore hold U+0000. */
const ANY_TEXT = ['value', 'schema', 'provider_options'];
const ABSENT_IN_V3 = ['description', 'expires_at', 'labels', 'rabbitmq_password'];

describe('a text that the database cannot hold', () => {
  let room: Strongroom;
  let outsider: As;
  let routes: readonly Route[];
  beforeAll(async () => {
    room = await Strongroom.start();
    outsider = await room.member('default_tenant', 'outsider', 'viewer');
    routes = routesOf(room.validator.document);
  });
  afterAll(() => room.stop());

  const filled = (template: string, name?: string) =>
    template.replace(/\{([^}]+)\}/g, (_, one: string) => {
      if (one === name) return 'a%00b';
      return template.includes('/tenants/{name}') ? 'default_tenant' : 'absent';
    });
  const send = (as: As, method: string, path: string, body?: string, headers = {}): Promise<Answer> =>
    room.send({
      method,
      path,
      headers: {
        Authorization: `Basic ${Buffer.from(as.login ?? '').toString('base64')}`,
        ...(as.tenant !== undefined && { tenant: as.tenant }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });

  /** Expects 400 with the name for the administrator, and nothing worse than a refusal for somebody without rights. */
  async function expectRefused(name: string, method: string, path: string, body?: string): Promise<void> {
    const { status, body: answer } = await send(ADMIN, method, path, body);
    const what = `${method} ${path} ${body ?? ''}`;
    expect([what, status, answer.error_code]).toEqual([what, 400, 'bad_parameters_error']);
    expect([what, answer.message]).toEqual([what, expect.stringContaining(`\`${name}\` holds`)]);
    const other = await send(outsider, method, path, body);
    expect([what, [400, 403, 404].includes(other.status)]).toEqual([what, true]);
  }

  it('is refused by name in every part of every path', async () => {
    const named = routes.flatMap(({ method, template, parameters }) =>
      parameters.filter((one) => one.in === 'path').map(({ name }) => ({ method, template, name })),
    );
    expect(named.length).toBeGreaterThan(40);
    for (const { method, template, name } of named) await expectRefused(name, method, filled(template, name));
  });

  it('is refused by name in every parameter of every query', async () => {
    const named = routes.flatMap(({ method, template, parameters }) =>
      parameters.filter((one) => one.in === 'query').map(({ name }) => ({ method, template, name })),
    );
    expect(named.length).toBeGreaterThan(100);
    for (const { method, template, name } of named)
      await expectRefused(name, method, `${filled(template)}?${name}=a%00b`);
  });

  it('is refused by name in every field of every body', async () => {
    const named = routes.flatMap(({ method, template, fields }) =>
      fields
        // Version 3 ignores fields that it does not have.
        .filter(
          (field) =>
            !template.startsWith('/api/v3/') ||
            !ABSENT_IN_V3.includes(field) ||
            !/secrets|tenants/.test(template),
        )
        .map((field) => ({ method, path: filled(template), field })),
    );
    expect(named.length).toBeGreaterThan(60);
    for (const { method, path, field } of named) {
      const isSecret = path.includes('/secrets/') && ANY_TEXT.includes(field);
      const isList = field === 'secrets_list' || field === 'items';
      for (const text of isList ? [] : ['"a\\ud800b"', '["\\udfff"]', '{"\\ud83d": {"a": 1}}'])
        await expectRefused(field, method, path, `{"${field}": ${text}}`);
      for (const text of isList || isSecret ? [] : ['"a\\u0000b"', '["\\u0000"]', '{"a": {"\\u0000": 1}}'])
        await expectRefused(field, method, path, `{"${field}": ${text}}`);
    }
  });

  it.each(['\\u0000', '\\ud800', '\\udfff'])(
    'is refused by name in an item of a bulk write: %s',
    async (half) => {
      const path = '/api/v3.1/bulk/secrets/write';
      for (const name of ['key', 'description', 'visibility']) {
        const item = JSON.stringify({ key: 'a', value: 'x', [name]: 'HALF' }).replace('HALF', `a${half}b`);
        const { status, text } = await send(ADMIN, 'POST', path, `{"mode": "each", "items": [${item}]}`);
        expect([status, text]).toEqual([200, expect.stringContaining(`\`${name}\` holds`)]);
      }
    },
  );

  it.each(['\\u0000', '\\ud800', '\\udfff'])('is refused by row and name in an import: %s', async (half) => {
    const given = {
      ...{ key: 'imported', value: 'x', tenant_name: 'default_tenant', visibility: 'tenant' },
      ...{ is_hidden_value: false, encrypted: false },
    };
    const names = ['key', 'tenant_name', 'visibility', 'creator', 'description', 'created_at', 'provider'];
    for (const name of [...names, ...(half === '\\u0000' ? [] : ['value'])]) {
      const row = JSON.stringify({ ...given, [name]: 'HALF' }).replace('HALF', `a${half}b`);
      const body = `{"override_collisions": false, "secrets_list": [${JSON.stringify(given)}, ${row}]}`;
      const answer = await send(ADMIN, 'POST', '/api/v3.1/secrets/share/import', body);
      const errors = answer.body.secrets_errors as Record<string, Record<string, string>>;
      expect([name, answer.status, Object.keys(errors)]).toEqual([name, 200, ['1']]);
      const entry = { created_at: 'timestamp', creator: 'creator_valid' }[name] ?? name;
      expect(Object.keys(errors['1'] ?? {})).toContain(entry);
    }
  });

  it('is refused in headers', async () => {
    const secrets = '/api/v3.1/secrets';
    for (const login of ['a\u0000b:x', `admin:${ADMIN_PASSWORD}\u0000`])
      expect((await send({ ...ADMIN, login }, 'GET', secrets)).status).toBe(401);
    for (const token of ['a%00b', '\u0080\u00ff'])
      expect((await send(ADMIN, 'GET', secrets, undefined, { 'Authentication-Token': token })).status).toBe(
        200,
      );
    const unauthorized = { path: secrets, headers: { 'Authentication-Token': '\u0080\u00ff' } };
    expect((await room.send(unauthorized)).status).toBe(401);
    for (const as of [ADMIN, outsider])
      expect((await send({ ...as, tenant: '\u0080\u00ff%00' }, 'GET', secrets)).status).toBe(403);
    const named = await send(ADMIN, 'GET', secrets, undefined, { 'X-Request-Id': '\u0080%00' });
    expect([named.status, named.headers['x-request-id']]).toEqual([
      200,
      expect.stringMatching(/^[0-9a-f-]+$/),
    ]);
  });
});

/** Lists the routes of the document, with the parameters and the fields of the body that it names. */
function routesOf({ paths, components }: OpenApiDocument): Route[] {
  const lastOf = ($ref: string): string => $ref.split('/').at(-1) ?? '';
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined
      ? schema
      : ((components.schemas[lastOf(schema.$ref)] as Schema | undefined) ?? {});
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { parameters, requestBody }]) => ({
      method: method.toUpperCase(),
      template,
      parameters: parameters.map((one) =>
        one.$ref === undefined ? one : (components.parameters[lastOf(one.$ref)] ?? one),
      ),
      fields: Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
        Object.keys(resolved(schema).properties ?? {}),
      ),
    })),
  );
}
