import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOneTurn, type PipelinedCall } from '../support/pipelined.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const PATH = '/api/v3.1/secrets';
const ROUNDS = 10;
const IN_A_BATCH = 64;

let room: Strongroom;
let replica: Strongroom;
beforeAll(async () => {
  room = await Strongroom.start();
  replica = await room.replica();
  await room.stopJobs();
  await replica.stopJobs();
});
afterAll(async () => {
  await replica.stop();
  await room.stop();
});

const ask = (method: string, key: string, body?: unknown) => room.call(ADMIN, method, `${PATH}/${key}`, body);

function conditional(method: string, key: string, condition: object, value?: string): PipelinedCall {
  const authorization = `Basic ${Buffer.from(ADMIN.login!).toString('base64')}`;
  const headers = { Authorization: authorization, tenant: ADMIN.tenant!, ...condition };
  const body = { ...(method === 'PUT' && { update_if_exists: true }), value };
  return {
    method,
    path: `${PATH}/${key}`,
    headers,
    ...(value !== undefined && { body: JSON.stringify(body) }),
  };
}

/** Returns how many answers have each status. */
function counted(answers: readonly { readonly status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/**
 * Expects that one of the answers is 200 and all others are refusals: 412, or on a busy machine 503, which changes
 * nothing either.
 * @returns the index of the winner
 */
function winnerOf(answers: readonly { readonly status: number }[]): number {
  const { 200: won, 412: lost = 0, 503: busy = 0 } = counted(answers);
  expect([won, lost + busy, lost > 0]).toEqual([1, answers.length - 1, true]);
  return answers.findIndex(({ status }) => status === 200);
}

async function made(key: string): Promise<string> {
  return String((await ask('PUT', key, { value: 'first' })).headers.etag);
}

/** Returns the outcomes of the changes of a key in the audit trail, and how many there are of each. */
function outcomesOf(key: string) {
  return room.database.asSuperuser(
    `SELECT action, outcome, count(*)::integer FROM audit_events WHERE key = $1 AND action <> 'secret.read'
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [key],
  );
}

describe('conditional changes of one secret at the same moment', () => {
  it('in one batch have one winner, whose value stays', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = `batch-${round}`;
      const condition = { 'If-Match': await made(key) };
      const calls = Array.from({ length: IN_A_BATCH }, (_, index) =>
        conditional(index % 2 === 0 ? 'PATCH' : 'PUT', key, condition, `of ${index}`),
      );
      const answers = await inOneTurn(room.service.url, calls);
      const winner = winnerOf(answers);
      const { body, headers } = await ask('GET', key);
      expect(body.value).toBe(`of ${winner}`);
      for (const { status, body: refused } of answers)
        if (status === 412) expect(refused.etag).toBe(headers.etag);
      expect(await outcomesOf(key)).toEqual([
        { action: 'secret.create', outcome: 'ok', count: 1 },
        { action: 'secret.update', outcome: 'ok', count: 1 },
        { action: 'secret.update', outcome: 'precondition_failed', count: counted(answers)[412] },
      ]);
    }
  });

  it('on two replicas have one winner', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = `replicas-${round}`;
      const condition = { 'If-Match': await made(key) };
      const half = (name: string) =>
        Array.from({ length: 16 }, (_, index) => conditional('PATCH', key, condition, `${name} ${index}`));
      const answers = (
        await Promise.all([
          inOneTurn(room.service.url, half('room')),
          inOneTurn(replica.service.url, half('replica')),
        ])
      ).flat();
      winnerOf(answers);
    }
  });

  it('create a secret once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = `created-${round}`;
      const calls = Array.from({ length: 24 }, (_, index) =>
        conditional('PUT', key, { 'If-None-Match': '*' }, `of ${index}`),
      );
      const answers = (
        await Promise.all([
          inOneTurn(room.service.url, calls.slice(0, 12)),
          inOneTurn(replica.service.url, calls.slice(12)),
        ])
      ).flat();
      const winner = winnerOf(answers);
      expect((await ask('GET', key)).body.value).toBe(`of ${winner}`);
    }
  });

  it('and its deletion in the same state do not both succeed', async () => {
    for (let round = 0; round < 4 * ROUNDS; round += 1) {
      const key = `deleted-${round}`;
      const condition = { 'If-Match': await made(key) };
      const calls = [
        { url: room.service.url, call: conditional('PATCH', key, condition, 'changed') },
        { url: replica.service.url, call: conditional('DELETE', key, condition) },
      ];
      // Both orders of sending, and both processes, so that either may win.
      if (round % 2 === 1) calls.reverse();
      const answers = (await Promise.all(calls.map(({ url, call }) => inOneTurn(url, [call])))).flat();
      if (round % 2 === 1) answers.reverse();
      const [changed, deleted] = answers.map(({ status }) => status);
      const { status, body } = await ask('GET', key);
      const end =
        `${changed} ${deleted} ${status} ${typeof body.value === 'string' ? body.value : ''}`.trim();
      expect(end).toMatch(/^(200 (412|503) 200 changed|(412|503) 204 404)$/);
    }
  });

  it('and unconditional deletions end in one order of both', async () => {
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      const key = `order-${round}`;
      const condition = { 'If-Match': await made(key) };
      const [[changed], [deleted]] = await Promise.all([
        inOneTurn(room.service.url, [conditional('PATCH', key, condition, 'changed')]),
        inOneTurn(replica.service.url, [conditional('DELETE', key, {})]),
      ]);
      expect([200, 412, 503]).toContain(changed!.status);
      expect([204, 503]).toContain(deleted!.status);
      expect((await ask('GET', key)).status).toBe(deleted!.status === 204 ? 404 : 200);
    }
  });
});
