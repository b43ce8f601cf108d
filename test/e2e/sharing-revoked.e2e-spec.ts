import { request, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ExportedSecretsRepository } from '../../src/secrets/sharing/export/exported-secrets.repository.js';
import { SecretWrites } from '../../src/secrets/store/secret-writes.js';
import { ImportedSecretsRepository } from '../../src/secrets/sharing/import/imported-secrets.repository.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SHARE = '/api/v3.1/secrets/share';
const COUNT = 2_000;

type Caller = As & { login: string; tenant: string };

/** Revokes rights while long exports and imports are running. */
describe('rights taken away in the middle', () => {
  let room: Strongroom;
  let caller: Caller;
  let made = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    for (const name of ['one', 'two']) await room.tenant(name, 'manager');
  });
  afterAll(() => room.stop());
  beforeEach(async () => {
    caller = await room.member('one', `caller-${(made += 1)}`, 'manager');
  });

  const name = () => caller.login.split(':')[0]!;
  const rowsOf = (count: number, prefix: string, fields = {}) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ key: `${prefix}-${index}`, value: 'x'.repeat(4_096), tenant_name: 'one', visibility: 'tenant' },
      ...{ is_hidden_value: false, encrypted: false },
      ...fields,
    }));
  const imported = (as: As, rows: object[]) =>
    room.call(as, 'POST', `${SHARE}/import`, { secrets_list: rows, override_collisions: true });
  const count = async (prefix: string) => {
    const [row] = await room.database.asSuperuser<{ count: string }>(
      'SELECT count(*) FROM secrets WHERE key LIKE $1',
      [`${prefix}-%`],
    );
    return Number(row!.count);
  };
  const lastEvent = async (action: string) =>
    (
      await room.database.asSuperuser<{ outcome: string; stage: string | null }>(
        `SELECT body::json ->> 'outcome' AS outcome, body::json -> 'detail' ->> 'stage' AS stage FROM audit_events
         WHERE body::json ->> 'action' = $1 ORDER BY at DESC, id DESC LIMIT 1`,
        [action],
      )
    )[0];

  const TAKEN: readonly (readonly [what: string, take: () => Promise<Answer>])[] = [
    [
      'the membership',
      () => room.call(ADMIN, 'DELETE', '/api/v3.1/tenants/users', { tenant_name: 'one', username: name() }),
    ],
    [
      'the role',
      () =>
        room.call(ADMIN, 'PATCH', '/api/v3.1/tenants/users', {
          ...{ tenant_name: 'one', username: name(), role: 'viewer' },
        }),
    ],
    [
      'the account',
      () => room.call(ADMIN, 'POST', `/api/v3.1/users/active/${name()}`, { action: 'deactivate' }),
    ],
  ];

  it.each(TAKEN)('an import changes nothing without %s', async (_what, take) => {
    const writes = room.service.app.get(SecretWrites);
    const writeIn = writes.writeIn.bind(writes);
    let taking: Promise<Answer> | undefined;
    writes.writeIn = async (...rows) => {
      const answers = await writeIn(...rows);
      // Some rows are already in the table and refer to the user, which must not block anyone.
      await (taking ??= take());
      return answers;
    };
    const prefix = `taken${made}`;
    const answer = await imported(caller, rowsOf(COUNT, prefix));
    writes.writeIn = writeIn;
    expect(isSuccess(await taking)).toBe(true);
    expect(answer.status).toBe(200);
    expect(answer.body.secrets_errors).toMatchObject({
      0: { tenant_name: expect.stringMatching(/changed/) },
    });
    expect(await count(prefix)).toBe(0);
    expect(await lastEvent('secret.import')).toMatchObject({ outcome: 'refused' });
  });

  it('an import gives nothing to a creator who was deleted meanwhile', async () => {
    await room.user('short-lived', 'password of a short life');
    const repository = room.service.app.get(ImportedSecretsRepository);
    const users = repository.users.bind(repository);
    repository.users = async (names) => {
      const found = await users(names);
      expect((await room.call(ADMIN, 'DELETE', '/api/v3.1/users/short-lived')).status).toBe(204);
      return found;
    };
    const answer = await imported(
      { ...ADMIN, tenant: 'one' },
      rowsOf(1, 'orphan', { creator: 'short-lived' }),
    );
    repository.users = users;
    expect(answer.body.secrets_errors).toEqual({ 0: { creator_valid: 'There is no such user' } });
    expect(await count('orphan')).toBe(0);
  });

  it.each(TAKEN)('an export ends without %s, and is not whole', async (_what, take) => {
    if ((await count('exported')) === 0)
      await imported({ ...ADMIN, tenant: 'one' }, rowsOf(COUNT, 'exported'));
    const incoming = await begun();
    await wait(300);
    expect(isSuccess(await take())).toBe(true);
    const text = await read(incoming);
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(text.split('"key"').length - 1).toBeLessThan(COUNT);
    expect(await lastEvent('secret.export')).toEqual({ outcome: 'failed', stage: 'end' });
  });

  it('an export of who administers no longer leaves out what is private from then on', async () => {
    await imported({ ...ADMIN, tenant: 'one' }, rowsOf(COUNT, 'z-private', { visibility: 'private' }));
    const repository = room.service.app.get(ExportedSecretsRepository);
    const batch = repository.batch.bind(repository);
    let taken = false;
    repository.batch = async (...question) => {
      const isPrivate = question[1].after?.startsWith('z-private') === true;
      if (isPrivate && !taken)
        await room.call(ADMIN, 'PATCH', '/api/v3.1/tenants/users', {
          ...{ tenant_name: 'one', username: name(), role: 'user' },
        });
      taken ||= isPrivate;
      return batch(...question);
    };
    const text = await read(await begun());
    repository.batch = batch;
    const privates = text.split('"key":"z-private').length - 1;
    expect(privates).toBeGreaterThan(0);
    expect(privates).toBeLessThan(COUNT);
  });

  function begun(): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { tenant: caller.tenant };
      request(`${room.service.url}${SHARE}/export`, { headers, auth: caller.login, agent: false })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
  }

  /** Returns everything received until the end, or until the connection was cut. */
  async function read(incoming: IncomingMessage): Promise<string> {
    const chunks: string[] = [];
    try {
      for await (const chunk of incoming.setEncoding('utf8')) chunks.push(String(chunk));
    } catch {
      chunks.push('');
    }
    return chunks.join('');
  }
});

function isSuccess(answer: Answer | undefined): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}
