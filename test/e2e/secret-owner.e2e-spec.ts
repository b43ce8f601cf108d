import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1/secrets';

describe('the owner of a secret', () => {
  let room: Strongroom;
  let manager: As;
  let alice: As;
  const call = (as: As, method: string, key: string, body?: unknown) =>
    room.call(as, method, `${V31}/${key}`, body);
  beforeAll(async () => {
    room = await Strongroom.start();
    manager = await room.member('default_tenant', 'manager', 'manager');
    alice = await room.member('default_tenant', 'Alice', 'user');
    for (const key of ['owned', 'refused', 'private-one'])
      await call(ADMIN, 'PUT', key, {
        value: 'x',
        is_hidden_value: key === 'owned',
        visibility: key === 'private-one' ? 'private' : 'tenant',
      });
  });
  afterAll(() => room.stop());

  it('is set by a system administrator, shown, and on record with the name', async () => {
    expect((await call(alice, 'GET', 'owned')).body.value).toBe('');
    const patch = await call(ADMIN, 'PATCH', 'owned', { creator: 'ALICE' });
    expect([patch.status, patch.body.created_by]).toEqual([200, 'Alice']);
    expect((await call(alice, 'GET', 'owned')).body).toMatchObject({ value: 'x', created_by: 'Alice' });
    expect((await room.secret(alice, 'GET', 'owned')).body.permission).toBe('creator');
    const events = await room.database.asSuperuser(
      `SELECT body::json ->> 'outcome' AS outcome, body::json -> 'detail' AS detail FROM audit_events
       WHERE body::json ->> 'action' = 'secret.update' AND body::json ->> 'key' = 'owned'`,
    );
    expect(events).toEqual([{ outcome: 'ok', detail: { owner: 'Alice' } }]);
    const [row] = await room.database.asSuperuser(
      `SELECT version, revision FROM secrets WHERE key = 'owned'`,
    );
    expect(row).toEqual({ version: 1, revision: 2 });
  });

  it('may see what is private to them, and a former one no more', async () => {
    const bob = await room.member('default_tenant', 'bob', 'user');
    await call(bob, 'PUT', 'of-bob', { value: 'x', visibility: 'private' });
    await call(ADMIN, 'PATCH', 'of-bob', { creator: 'Alice' });
    expect((await call(alice, 'GET', 'of-bob')).body.value).toBe('x');
    expect((await call(bob, 'GET', 'of-bob')).status).toBe(404);
  });

  it.each(['manager', 'Alice'])('is not set by %s, and that is on record', async (name) => {
    const as = name === 'manager' ? manager : alice;
    const patch = await call(as, 'PATCH', 'refused', { creator: name, value: 'stolen' });
    expect([patch.status, patch.body.error_code]).toEqual([403, 'forbidden_error']);
    expect(patch.body.message).toContain('set_owner');
    expect((await call(ADMIN, 'GET', 'refused')).body).toMatchObject({ value: 'x', created_by: 'admin' });
    const [event] = await room.database.asSuperuser(
      `SELECT body::json ->> 'outcome' AS outcome FROM audit_events WHERE body::json ->> 'key' = 'refused'
         AND body::json -> 'caller' ->> 'actor_name' = $1`,
      [name],
    );
    expect(event).toEqual({ outcome: 'forbidden' });
  });

  it.each([['nobody'], ['no name\u0007'], ['']])('cannot be %j, who is not there', async (creator) => {
    const patch = await call(ADMIN, 'PATCH', 'refused', { creator, value: 'new' });
    expect([patch.status, patch.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(patch.body.message).toContain('`creator`');
    expect(patch.body.message).not.toContain('\u0007');
    expect((await call(ADMIN, 'GET', 'refused')).body.value).toBe('x');
  });

  it.each([[null], [5], [{}]])('is no user where %j is given', async (creator) => {
    expect((await call(ADMIN, 'PATCH', 'refused', { creator })).status).toBe(400);
  });

  it('comes after existence, rights to the value, visibility and value', async () => {
    const order = [
      ['no-such', { creator: 'nobody' }, 404],
      ['private-one', { creator: 'nobody' }, 404],
      ['refused', { creator: 'nobody', is_hidden_value: true }, 403],
      ['refused', { creator: 'nobody', visibility: 'private' }, 400],
      ['refused', { creator: 'Alice', provider_name: 'none' }, 403],
    ] as const;
    for (const [key, body, status] of order)
      expect((await call(alice, 'PATCH', key, body)).status).toBe(status);
    await call(ADMIN, 'PUT', 'numbers', { value: 1, schema: { type: 'number' } });
    const mismatch = await call(alice, 'PATCH', 'numbers', { value: 'x', creator: 'Alice' });
    expect(mismatch.status).toBe(409);
    const unknown = await call(ADMIN, 'PATCH', 'refused', { creator: 'nobody', provider_name: 'none' });
    expect(unknown.status).toBe(400);
  });

  it('cannot be lost: who is being deleted gets no secret', async () => {
    for (let round = 0; round < 8; round += 1) {
      const name = `leaving-${round}`;
      await room.user(name, 'password-of-somebody');
      const [patch, deletion] = await Promise.all([
        call(ADMIN, 'PATCH', 'refused', { creator: name }),
        room.call(ADMIN, 'DELETE', `/api/v3.1/users/${name}`),
      ]);
      expect([
        [200, 409],
        [400, 204],
      ]).toContainEqual([patch.status, deletion.status]);
    }
  });
});
