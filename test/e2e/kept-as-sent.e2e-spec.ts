import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decryptFernet } from '../../src/crypto/fernet.js';
import { passphraseKey } from '../../src/crypto/passphrase-key.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const PASSPHRASE = 'canary of a passphrase';

/** Lists JSON that changes if it is parsed and written again. */
const STRUCTURED = [
  '12345678901234567890',
  '0.1000000000000000055',
  '-0',
  '1E2',
  '1e-400',
  '[ 1.50,\n\t9007199254740993 ]',
  '{ "10" : 1.0, "2":[1e5 , 0.10],\r\n "1": {"\\u00e9": "\\/\\u0000", "__proto__": {"a": 1}, "è": null} }',
  '{}',
  'null',
  'false',
];
const SCHEMA =
  '{ "minimum" : -0.1000000000000000055, "10":12345678901234567890,\n"2": {}, "1": [1.0, "\\u00e9"] }';
const OPTIONS = '{ "9": 12345678901234567890, "1" :\n{"b": 1.0, "a":"\\u00e9"} }';

describe('JSON that was sent', () => {
  let room: Strongroom;
  let made = 0;
  const fresh = () => `kept-${(made += 1)}`;
  const call = (
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
    tenant = 'default_tenant',
  ): Promise<Answer> =>
    room.send({
      method,
      path,
      headers: {
        Authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`,
        tenant,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  const put = async (key: string, value: string, version = V31) => {
    const body = `{"schema": ${SCHEMA} ,"value" : ${value} , "provider_options": ${OPTIONS}}`;
    const answer = await call('PUT', `${version}/${key}`, body);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer;
  };
  /** Expects the secret to have exactly this value, schema and options, in both versions. */
  const expectKept = async (key: string, value: string, tenant = 'default_tenant') => {
    const answer = await call('GET', `${V31}/${key}`, undefined, {}, tenant);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.text).toContain(`"value":${value},`);
    expect(answer.text).toContain(`"schema":${SCHEMA},`);
    expect(answer.body.provider_options).toBe(OPTIONS);
    const old = await call('GET', `${V3}/${key}`, undefined, {}, tenant);
    expect(old.body.value).toBe(value);
  };
  const versionOf = async (key: string) =>
    (
      await room.database.asSuperuser<{ version: number }>('SELECT version FROM secrets WHERE key = $1', [
        key,
      ])
    ).map(({ version }) => version);
  const imported = (rows: string, more = '', headers = {}) =>
    call(
      'POST',
      `${V31}/share/import`,
      `{"override_collisions": true${more}, "secrets_list": ${rows}}`,
      headers,
    );
  const exported = async (keys: readonly string[], headers = {}) => {
    const query = keys.map((key) => `key=${key}`).join('&');
    return (await call('GET', `${V31}/share/export?${query}`, undefined, headers)).text;
  };

  beforeAll(async () => {
    room = await Strongroom.start();
    await room.tenant('copy', 'manager');
  });
  afterAll(() => room.stop());

  it.each(STRUCTURED)('is kept by PUT and PATCH under version 3.1: %j', async (value) => {
    const key = fresh();
    expect((await put(key, value)).text).toContain(`"schema":${SCHEMA},`);
    await expectKept(key, value);
    const other = `[ ${value} ,\n1.0]`;
    const patch = await call('PATCH', `${V31}/${key}`, `{"value":\n${other}}`);
    expect([patch.status, patch.text]).toEqual([200, expect.stringContaining(`"schema":${SCHEMA},`)]);
    await expectKept(key, other);
  });

  it.each(STRUCTURED)('is kept by PUT and PATCH under version 3: %j', async (value) => {
    const key = fresh();
    expect((await put(key, value, V3)).body.value).toBe(value);
    await expectKept(key, value);
    const other = `{"b": ${value}, "a": 0}`;
    expect((await call('PATCH', `${V3}/${key}`, `{"value":${other}}`)).body.value).toBe(other);
    await expectKept(key, other);
    expect((await call('DELETE', `${V3}/${key}`)).body.value).toBe(other);
  });

  it('is kept by a PUT of a secret that is there', async () => {
    const key = fresh();
    await put(key, '1');
    const again = await call('PUT', `${V31}/${key}`, '{"value": 1.00, "update_if_exists": true}');
    expect(again.status).toBe(200);
    await expectKept(key, '1.00');
  });

  it('is a new version exactly where its text is another', async () => {
    const key = fresh();
    await put(key, '{"a": 1}');
    for (const [value, version] of [
      ['{"a": 1}', 1],
      ['{"a":1}', 2],
      ['{"a":1}', 2],
      ['{"a":1.0}', 3],
    ] as const) {
      expect((await call('PATCH', `${V31}/${key}`, `{"value": ${value}}`)).status).toBe(200);
      expect([value, await versionOf(key)]).toEqual([value, [version]]);
    }
  });

  it('is checked by a schema as the nearest doubles', async () => {
    const send = (value: string, schema: string) =>
      call('PUT', `${V31}/${fresh()}`, `{"value": ${value}, "schema": ${schema}}`);
    expect((await send('12345678901234567890', '{"maximum": 12345678901234567880}')).status).toBe(200);
    expect((await send('0.1000000000000000055', '{"const": 0.1}')).status).toBe(200);
    expect((await send('12345678901234567890', '{"maximum": 12345678901234560000}')).status).toBe(409);
  });

  it('is kept in lists and searches', async () => {
    const key = fresh();
    await put(key, '1');
    for (const [method, path, body] of [
      ['GET', `${V31}?_include=key,schema&key=${key}`, undefined],
      ['POST', `/api/v3.1/searches/secrets?_include=key,schema&_search=${key}`, '{}'],
    ] as const) {
      const { text } = await call(method, path, body);
      expect(text).toContain(`"schema":${SCHEMA}`);
    }
  });

  it('is kept by an export and its import, in clear', async () => {
    const keys = STRUCTURED.map(fresh);
    for (const [index, value] of STRUCTURED.entries()) await put(keys[index] ?? '', value);
    const file = await exported(keys);
    for (const value of STRUCTURED) expect(file).toContain(`"value":${value},`);
    expect(file.split(`"schema":${SCHEMA}`)).toHaveLength(STRUCTURED.length + 1);
    const answer = await imported(file, ', "tenant_map": {"default_tenant": "copy"}');
    expect([answer.status, answer.body]).toEqual([200, { colliding_secrets: {}, secrets_errors: {} }]);
    for (const [index, value] of STRUCTURED.entries()) await expectKept(keys[index] ?? '', value, 'copy');
    const again = await imported(file, ', "tenant_map": {"default_tenant": "copy"}');
    expect(again.body.secrets_errors).toEqual({});
    for (const key of keys) expect(await versionOf(key)).toEqual([1, 1]);
  });

  it('is kept by an export and its import under a passphrase', async () => {
    const headers = { 'X-Export-Passphrase': PASSPHRASE };
    const values = [...STRUCTURED, '"text \\u0041 of JSON"', '" "', '""'];
    const keys = values.map(fresh);
    for (const [index, value] of values.entries()) await put(keys[index] ?? '', value);
    const file = await exported(keys, headers);
    const key = await passphraseKey(PASSPHRASE);
    const rows = JSON.parse(file) as { key: string; value: string; provider_options: string }[];
    for (const [index, value] of STRUCTURED.entries()) {
      const row = rows.find((one) => one.key === keys[index]);
      expect(decryptFernet([key], row?.value ?? '')).toBe(value);
      expect(decryptFernet([key], row?.provider_options ?? '')).toBe(OPTIONS);
    }
    const answer = await imported(file, ', "tenant_map": {"default_tenant": "copy"}', headers);
    expect([answer.status, answer.body]).toEqual([200, { colliding_secrets: {}, secrets_errors: {} }]);
    for (const [index, value] of STRUCTURED.entries()) await expectKept(keys[index] ?? '', value, 'copy');
    for (const [index, value] of values.slice(STRUCTURED.length).entries()) {
      const copy = await call('GET', `${V31}/${keys[STRUCTURED.length + index]}`, undefined, {}, 'copy');
      expect(copy.body.value).toBe(JSON.parse(value));
    }
  });

  it('is imported over a secret whose schema says the same', async () => {
    const key = fresh();
    await call('PUT', `${V31}/${key}`, '{"value": 1, "schema": {"type":"number","minimum":0}}');
    const row = (schema: string) =>
      `[{"key": "${key}", "value": 1.0, "tenant_name": "default_tenant", "visibility": "tenant",
         "is_hidden_value": false, "encrypted": false, "schema": ${schema}}]`;
    const same = await imported(row('{ "minimum" : 0.0, "type": "number" }'));
    expect(same.body.secrets_errors).toEqual({});
    expect((await call('GET', `${V31}/${key}`)).text).toContain('"value":1.0,');
    const other = await imported(row('{"minimum": 1, "type": "number"}'));
    expect(other.body.secrets_errors).toEqual({ 0: { schema: expect.stringMatching(/another schema/) } });
  });

  it.each([
    ['value', '1e400', 'a number that is too large'],
    ['value', '{"a": [-1E999]}', 'a number that is too large'],
    ['value', '{"canary": 1, "b": {}, "canary": 2}', 'the same name twice'],
    ['value', '[{"b": [{"canary": 1, "c\\u0061nary": 1}]}]', 'the same name twice'],
    ['schema', '{"minimum": 1e400}', 'a number that is too large'],
    ['schema', '{"type": "object", "type": "object"}', 'the same name twice'],
    ['provider_options', '{"a": {"b": 1, "b": 1}}', 'the same name twice'],
    ['provider_options', '{"a": 1e400}', 'a number that is too large'],
  ])('is refused by name where it cannot be kept: %s %s', async (field, json, why) => {
    const fields = { value: '1', schema: '{}', provider_options: '{"a": 1}', [field]: json };
    const members = Object.entries(fields).map(([name, text]) => `"${name}": ${text}`);
    const key = fresh();
    for (const version of [V3, V31]) {
      for (const [method, sent] of [
        ['PUT', members],
        ['PATCH', members.filter((one) => !one.includes('schema'))],
      ] as const) {
        if (method === 'PATCH' && field === 'schema') continue;
        const answer = await call(method, `${version}/${key}`, `{${sent.join()}}`);
        expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
        expect(answer.body.message).toContain(`\`${field}\` h`);
        expect(answer.body.message).toContain(why);
        expect(answer.body.message).toMatch(/\(line 1, column \d+\)/);
        expect(answer.text).not.toMatch(/canary/);
      }
    }
    expect((await call('GET', `${V31}/${key}`)).status).toBe(404);
    const row = `{"key": "${key}", "tenant_name": "default_tenant", "visibility": "tenant", "is_hidden_value": false,
      "encrypted": false, ${members.join()}}`;
    const refused = await imported(`[${row}]`);
    expect([refused.status, refused.body.message]).toEqual([
      400,
      expect.stringContaining(`\`secrets_list[0].${field}\` h`),
    ]);
  });

  it('is refused by row where what a token or a text holds cannot be kept', async () => {
    const { encryptFernet } = await import('../../src/crypto/fernet.js');
    const token = async (text: string) => encryptFernet(await passphraseKey(PASSPHRASE), text);
    const given = { tenant_name: 'default_tenant', visibility: 'tenant', is_hidden_value: false, schema: {} };
    const rows = [
      { ...given, key: fresh(), encrypted: true, value: await token('{"a": 1e400}') },
      { ...given, key: fresh(), encrypted: true, value: await token('{"a": 1, "a": 1}') },
      { ...given, key: fresh(), encrypted: true, value: await token('["\\ud800"]') },
      { ...given, key: fresh(), encrypted: false, value: 1, provider_options: '{"a": 1, "a": 1}' },
      {
        ...given,
        key: fresh(),
        encrypted: true,
        value: await token('1'),
        provider_options: await token('{"a": 1e400}'),
      },
    ];
    const answer = await imported(JSON.stringify(rows), '', { 'X-Export-Passphrase': PASSPHRASE });
    expect(answer.body.secrets_errors).toEqual({
      0: { value: expect.stringMatching(/^It holds a number that is too large .*line 1, column 7/) },
      1: { value: expect.stringMatching(/^It has the same name twice/) },
      2: { value: expect.stringMatching(/lone surrogate/) },
      3: { provider_options: expect.stringMatching(/^It has the same name twice/) },
      4: { provider_options: expect.stringMatching(/^It holds a number/) },
    });
  });

  it('tells what is wrong with a body that is no JSON', async () => {
    const answers = async (body: string | Buffer) => {
      const answer = await room.send({
        method: 'PUT',
        path: `${V31}/${fresh()}`,
        headers: {
          Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}`,
          ...{ tenant: 'default_tenant', 'Content-Type': 'application/json' },
        },
        body,
      });
      return [answer.status, answer.body.message];
    };
    const text = '{"value":\n "canary"';
    expect(await answers('\ufeff{"value": "x"}')).toEqual([200, undefined]);
    expect(await answers(Buffer.from(`${text}}`, 'utf16le'))).toEqual([
      400,
      expect.stringMatching(/UTF-16.*send UTF-8$/),
    ]);
    expect(await answers(Buffer.from('{"value": "é"}', 'latin1'))).toEqual([
      400,
      expect.stringMatching(/^The body is not in UTF-8 \(line 1, column 12\).*Latin-1; send UTF-8$/),
    ]);
    expect(await answers(text)).toEqual([
      400,
      'The body is not valid JSON (line 2, column 10): it ends too early',
    ]);
    expect(await answers(`${text}} x`)).toEqual([
      400,
      'The body is not valid JSON (line 2, column 12): something follows its end',
    ]);
    expect(await answers(`${text} "x"`)).toEqual([
      400,
      expect.stringMatching(/\(line 2, column 11\): a comma or the end/),
    ]);
    expect(await answers('{"value": "x", "value": "y"}')).toEqual([
      400,
      expect.stringMatching(/^The body has `value` twice \(line 1, column 16\)/),
    ]);
  });
});
