import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOneTurn, type PipelinedCall } from '../support/pipelined.js';
import { StatementCount } from '../support/statement-count.js';
import { Strongroom, type As } from '../support/strongroom.js';

const IN_A_BATCH = 64;

describe('writes that arrive in one turn of the event loop', () => {
  let room: Strongroom;
  let statements: StatementCount;
  let members: readonly As[];
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    members = [await room.tenant('turn-a'), await room.tenant('turn-b'), await room.tenant('turn-c')];
    statements = await StatementCount.of(room.database);
    await inOneTurn(
      room.service.url,
      members.map((_, index) => put('first', index)),
    );
    const missing = `SELECT FROM users WHERE username LIKE 'turn-%' AND last_login_at IS NULL`;
    while ((await room.database.asSuperuser(missing)).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
  afterAll(() => room.stop());

  function put(name: string, index: number, more: object = {}): PipelinedCall {
    const { login = '', tenant = '' } = members[index % members.length]!;
    return {
      method: 'PUT',
      path: `/api/v3/secrets/${name}`,
      headers: { Authorization: `Basic ${Buffer.from(login).toString('base64')}`, tenant },
      body: JSON.stringify({ value: `${name} of ${tenant}`, ...more }),
    };
  }

  async function counted(calls: readonly PipelinedCall[]) {
    const { result, counted } = await statements.during(() => inOneTurn(room.service.url, calls));
    const statementCount = Object.values(counted).reduce((sum, count) => sum + count, 0);
    return { answers: result, statementCount };
  }

  it.each([1, 2, 10, IN_A_BATCH])(
    '%d creations take two statements, and each is answered with its own',
    async (count) => {
      const calls = Array.from({ length: count }, (_, index) => put(`of-${count}.${index}`, index));
      const { answers, statementCount } = await counted(calls);
      expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 200));
      expect(answers.map(({ body }) => [body.key, body.value, body.tenant_name])).toEqual(
        calls.map(({ path, headers: { tenant } }) => {
          const key = path.split('/').at(-1);
          return [key, `${key} of ${tenant}`, tenant];
        }),
      );
      expect(statementCount).toBe(2);
      const events = await room.database.asSuperuser(
        `SELECT e.body::json ->> 'outcome' AS outcome, e.body::json #>> '{caller,actor_name}' = t.name || '-user' AS own
         FROM audit_events e JOIN tenants t ON t.id = e.log_id WHERE e.body::json ->> 'key' LIKE $1`,
        [`of-${count}.%`],
      );
      expect(events).toEqual(calls.map(() => ({ outcome: 'ok', own: true })));
    },
  );

  it.each([1, 10, IN_A_BATCH])(
    '%d changes take three: who, what is there, what becomes of it',
    async (count) => {
      const calls = Array.from({ length: count }, (_, index) => ({
        ...put(`of-${IN_A_BATCH}.${index}`, index, { value: `${count} anew ${index}` }),
        method: 'PATCH',
      }));
      const { answers, statementCount } = await counted(calls);
      expect(answers.map(({ status, body }) => [status, body.value])).toEqual(
        calls.map((_, index) => [200, `${count} anew ${index}`]),
      );
      expect(statementCount).toBe(3);
      const stored = await inOneTurn(
        room.service.url,
        calls.map(({ path, headers }) => ({ path, headers })),
      );
      expect(stored.map(({ body }) => body.value)).toEqual(answers.map(({ body }) => body.value));
    },
  );

  it('are read back as they were written', async () => {
    const got = await inOneTurn(
      room.service.url,
      Array.from({ length: 10 }, (_, index) => ({
        ...put(`of-10.${index}`, index),
        method: 'GET',
        body: '',
      })),
    );
    expect(got.map(({ body }) => body.value)).toEqual(
      got.map((_, index) => `of-10.${index} of ${members[index % 3]!.tenant}`),
    );
  });

  it('share a call with creations of keys that are there', async () => {
    const { answers, statementCount } = await counted([put('shared', 0), put('first', 1), put('shared', 0)]);
    expect(answers[1]).toMatchObject({ status: 409, body: { error_code: 'conflict_error' } });
    expect([answers[0]!.status, answers[2]!.status].sort()).toEqual([200, 409]);
    expect(statementCount).toBe(2);
  });
});
