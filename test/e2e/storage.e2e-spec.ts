import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

/** Tries what an attacker could do who can write to the database. Every read must fail closed, without a value. */
describe('values moved or altered in the database', () => {
  let room: Strongroom;
  let tenantA: As;
  let tenantB: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    tenantA = await room.tenant('store-a');
    tenantB = await room.tenant('store-b');
  });
  afterAll(() => room.stop());

  const valueOf = (tenant: string, key: string) =>
    `(SELECT s.value FROM secrets s JOIN tenants t ON t.id = s.tenant_id WHERE t.name = '${tenant}' AND s.key = '${key}')`;
  const place = (tenant: string, key: string, bytes: string) =>
    room.database.asSuperuser(
      `UPDATE secrets SET value = ${bytes} WHERE key = '${key}' AND tenant_id = (SELECT id FROM tenants WHERE name = '${tenant}')`,
    );

  async function expectClosed(as: As, key: string, value: string): Promise<void> {
    const logged = room.logs.length;
    for (const [method, body] of [['GET'], ['PATCH', 'new'], ['DELETE']] as const) {
      const answer = await room.secret(as, method, key, body);
      expect(answer.status).toBe(500);
      expect(answer.body.error_code).toBe('internal_server_error');
      expect(answer.body.message).toBe(
        `Internal error; request id ${String(answer.headers['x-request-id'])}`,
      );
      expect(answer.text).not.toContain(value);
    }
    const alarms = room.logs.slice(logged).filter((line) => line.includes('"alarm":"decryption"'));
    expect(alarms).toHaveLength(3);
    expect(alarms.join('')).not.toContain(value);
  }

  it('does not open a value of another tenant', async () => {
    await room.secret(tenantA, 'PUT', 'moved', 'of A');
    await room.secret(tenantB, 'PUT', 'moved', 'of B');
    await place('store-b', 'moved', valueOf('store-a', 'moved'));
    await expectClosed(tenantB, 'moved', 'of A');
  });

  it('does not open a value of another key', async () => {
    await room.secret(tenantA, 'PUT', 'key-one', 'first value');
    await room.secret(tenantA, 'PUT', 'key-two', 'second value');
    await place('store-a', 'key-two', valueOf('store-a', 'key-one'));
    await expectClosed(tenantA, 'key-two', 'first value');
    await room.database.asSuperuser("UPDATE secrets SET key = 'key-three' WHERE key = 'key-one'");
    await expectClosed(tenantA, 'key-three', 'first value');
  });

  it('does not open a value of another version', async () => {
    await room.secret(tenantA, 'PUT', 'versioned', 'old value');
    const [{ value: old } = { value: Buffer.alloc(0) }] = await room.database.asSuperuser<{ value: Buffer }>(
      `SELECT ${valueOf('store-a', 'versioned')} AS value`,
    );
    await room.secret(tenantA, 'PATCH', 'versioned', 'new value');
    await place('store-a', 'versioned', `'\\x${old.toString('hex')}'::bytea`);
    await expectClosed(tenantA, 'versioned', 'old value');
  });

  it('does not open a value with a flipped byte, anywhere', async () => {
    await room.secret(tenantA, 'PUT', 'flipped', 'whole value');
    const [row] = await room.database.asSuperuser<{ value: Buffer }>(
      `SELECT ${valueOf('store-a', 'flipped')} AS value`,
    );
    const bytes = row?.value ?? Buffer.alloc(0);
    for (const position of [
      0,
      1,
      4,
      5,
      36,
      37,
      68,
      69,
      bytes.length - 17,
      bytes.length - 16,
      bytes.length - 1,
    ]) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(position) ^ 1, position);
      await place('store-a', 'flipped', `'\\x${altered.toString('hex')}'::bytea`);
      const answer = await room.secret(tenantA, 'GET', 'flipped');
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('whole value');
    }
    await place('store-a', 'flipped', `'\\x${bytes.subarray(0, 40).toString('hex')}'::bytea`);
    expect((await room.secret(tenantA, 'GET', 'flipped')).status).toBe(500);
    await place('store-a', 'flipped', `''::bytea`);
    expect((await room.secret(tenantA, 'GET', 'flipped')).status).toBe(500);
    await place('store-a', 'flipped', `'\\x${bytes.toString('hex')}'::bytea`);
    expect((await room.secret(tenantA, 'GET', 'flipped')).body.value).toBe('whole value');
  });

  it('discloses nothing when the answers of a batch are mixed up', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `batched-${index}`);
    for (const key of keys) {
      await room.secret(tenantA, 'PUT', key, `A ${key}`);
      await room.secret(tenantB, 'PUT', key, `B ${key}`);
    }
    // A start repairs functions, so this test runs first.
    const mixed = await room.replica();
    await room.database.asSuperuser(`
      ALTER FUNCTION read_secrets RENAME TO read_secrets_in_order;
      CREATE FUNCTION read_secrets(
        a uuid[], b text[], c uuid[], d text[], e json[], f json[], g uuid[], h boolean[]
      ) RETURNS TABLE (
        ordinal integer, outcome text, tenant_name text, creator_name text, secret secrets
      ) LANGUAGE sql SECURITY DEFINER AS $$
        SELECT cardinality(a) + 1 - r.ordinal, r.outcome, r.tenant_name, r.creator_name, r.secret
        FROM read_secrets_in_order(a, b, c, d, e, f, g, h) r
      $$;
    `);
    try {
      const answers = await Promise.all(
        keys.flatMap((key) => [mixed.secret(tenantA, 'GET', key), mixed.secret(tenantB, 'GET', key)]),
      );
      for (const [index, answer] of answers.entries()) {
        const own = `${index % 2 === 0 ? 'A' : 'B'} batched-${Math.floor(index / 2)}`;
        if (answer.status === 200) expect(answer.body.value).toBe(own);
        else expect([answer.status, /[AB] batched/.test(answer.text)]).toEqual([500, false]);
      }
      expect(answers.some(({ status }) => status === 500)).toBe(true);
    } finally {
      await mixed.stop();
      await room.database.asSuperuser(
        'DROP FUNCTION read_secrets; ALTER FUNCTION read_secrets_in_order RENAME TO read_secrets',
      );
    }
  });

  it('does not unwrap a key of another tenant', async () => {
    const cold = await room.replica();
    await room.secret(tenantA, 'PUT', 'wrapped', 'value under a key');
    await room.database.asSuperuser(
      `UPDATE tenant_keys SET wrapped = (SELECT wrapped FROM tenant_keys k JOIN tenants t ON t.id = k.tenant_id
         WHERE t.name = 'store-b') WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'store-a')`,
    );
    try {
      expect((await cold.secret(tenantA, 'GET', 'wrapped')).status).toBe(500);
      expect((await cold.secret(tenantB, 'PUT', 'still', 'works')).status).toBe(200);
    } finally {
      await cold.stop();
    }
  });

  it('holds no value in clear', async () => {
    const canary = 'canary-a1b2c3d4e5';
    await room.secret(tenantB, 'PUT', 'canary', canary);
    await room.secret(tenantB, 'GET', 'canary');
    const tables = await room.database.asSuperuser<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    for (const { name } of tables) {
      const rows = JSON.stringify(await room.database.asSuperuser(`SELECT t::text AS row FROM ${name} t`));
      expect(rows).not.toContain(canary);
      expect(rows).not.toContain(Buffer.from(canary).toString('hex'));
    }
    expect(room.logs.join('')).not.toContain(canary);
  });
});
