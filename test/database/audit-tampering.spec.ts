import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newEvent } from '../../src/audit/audit-event.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { readOlderCheckpoint } from '../../src/audit-trail/verify/older-checkpoints.js';
import { verifyExport } from '../../src/audit-trail/verify/verify-export.js';
import { newId } from '../../src/common/ids.js';
import type { TreeHead } from '../../src/transparency/note/checkpoint.js';
import { createLogger } from '../../src/observability/logger.js';
import { systemCaller } from '../support/callers.js';
import { exportOf, keysOf, sealAll, sealerOf } from '../support/sealing.js';
import { IdentityServices } from './identity-services.js';

const TABLES = ['audit_events', 'audit_leaves', 'audit_checkpoints', 'audit_logs'];
const HASH = `sha256('\\x00'::bytea || convert_to(body, 'UTF8'))`;

/** Makes the leaves as the events are now, as somebody does who knows how they are made. */
const HASH_AGAIN = `UPDATE audit_leaves l SET hash = (
  SELECT ${HASH} FROM audit_events e WHERE e.log_id = l.log_id AND e.id = l.event_id)`;

/** Swaps two events of a log, or of two logs, with everything beside them except the ids. */
const swapped = (one: string, other: string) => `
  UPDATE audit_events e SET body = o.body, key = o.key FROM audit_events o
  WHERE (e.key, o.key) IN (('${one}', '${other}'), ('${other}', '${one}'))`;

/** Each way is done by a superuser; `at` is the key of the event whose line is reported. */
const WAYS: readonly (readonly [how: string, statements: readonly string[], at: string, problem: string])[] =
  [
    [
      'altered',
      [`UPDATE audit_events SET body = replace(body, '"a-3"', '"x-3"') WHERE key = 'a-3'`],
      ...(['a-3', 'is not the event'] as const),
    ],
    [
      'altered in one bit of its time',
      [`UPDATE audit_events SET body = overlay(body placing '9' from 60 for 1) WHERE key = 'a-3'`],
      ...(['a-3', 'is not the event'] as const),
    ],
    ['deleted', [`DELETE FROM audit_events WHERE key = 'a-3'`], 'a-3', 'is missing'],
    ['in the place of another', [swapped('a-2', 'a-4')], ...(['a-2', 'is not the event'] as const)],
    ['in the place of one of another tenant', [swapped('a-2', 'b-2')], 'a-2', 'is not the event'],
  ];

/** These keep leaves and events alike, so that the root alone shows them, at the checkpoint after the event. */
const WITH_LEAVES: readonly (readonly [how: string, statements: readonly string[]])[] = [
  [
    'altered',
    [`UPDATE audit_events SET body = replace(body, '"a-3"', '"x-3"') WHERE key = 'a-3'`, HASH_AGAIN],
  ],
  [
    'deleted',
    [
      `DELETE FROM audit_leaves WHERE event_id = (SELECT id FROM audit_events WHERE key = 'a-3')`,
      `DELETE FROM audit_events WHERE key = 'a-3'`,
    ],
  ],
  ['in the place of another', [swapped('a-2', 'a-4'), HASH_AGAIN]],
  ['in the place of one of another tenant', [swapped('a-2', 'b-2'), HASH_AGAIN]],
  [
    'inserted',
    [
      `UPDATE audit_leaves SET leaf_index = leaf_index + 1000 WHERE log_id = $log AND leaf_index >= 2`,
      `UPDATE audit_leaves SET leaf_index = leaf_index - 999 WHERE log_id = $log AND leaf_index >= 1000`,
      `UPDATE audit_checkpoints SET size = size + 1 WHERE log_id = $log AND size > 2`,
      `INSERT INTO audit_events (log_id, id, at, action, actor_id, key, secret_id, revision, outcome, body)
         SELECT log_id, new_event_id(), at, action, actor_id, 'forged', secret_id, revision, outcome,
         replace(body, '"a-3"', '"forged"') FROM audit_events WHERE key = 'a-3'`,
      `INSERT INTO audit_leaves (log_id, epoch, leaf_index, event_id, hash)
         SELECT log_id, 1, 2, id, ${HASH} FROM audit_events WHERE key = 'forged'`,
    ],
  ],
];

describe('an event that a superuser has', () => {
  let services: IdentityServices;
  const [one, other] = [newId(), newId()].sort() as [string, string];
  let kept: TreeHead;
  beforeAll(async () => {
    services = await IdentityServices.open();
    const sealer = sealerOf(services.rootKeys, createLogger('error'));
    const record = (log: string, key: string) =>
      services.audit.record(log, newEvent('secret.read', systemCaller(), { key }));
    for (const round of [0, 3]) {
      for (const number of [1, 2, 3]) {
        await record(one, `a-${round + number}`);
        await record(other, `b-${round + number}`);
        await record(SYSTEM_LOG, `s-${round + number}`);
      }
      await sealAll(sealer, services.dataSource);
      // A log keeps one checkpoint a second, so the first is made older.
      await superuser(`UPDATE audit_checkpoints SET signed_at = signed_at - interval '1 hour'`);
    }
    const [{ note } = { note: '' }] = await services.database.asSuperuser<{ note: string }>(
      'SELECT note FROM audit_checkpoints WHERE log_id = $1 ORDER BY size DESC LIMIT 1',
      [one],
    );
    const checkpoint = readOlderCheckpoint(note, await keysOf(services.database));
    if (typeof checkpoint === 'string') throw new Error(checkpoint);
    kept = checkpoint;
    for (const table of TABLES) await superuser(`CREATE TABLE kept_${table} AS TABLE ${table}`);
  });
  afterEach(async () => {
    for (const table of TABLES)
      await superuser(`TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`);
  });
  afterAll(() => services.close());

  const superuser = (text: string) => services.database.asSuperuser(text.replaceAll('$log', `'${one}'`));

  async function damageOf(older: readonly TreeHead[] = []) {
    const file = await exportOf(services.database);
    const chunks = async function* () {
      yield await Promise.resolve(file);
    };
    return (await verifyExport(chunks(), { keys: await keysOf(services.database), older })).damage;
  }

  /** Returns the number of the first line, of the export as it was, that has the text, from a line on. */
  async function lineOf(text: string, from = 0): Promise<number> {
    const lines = (await exportOf(services.database)).toString().split('\n');
    return lines.findIndex((line, index) => index >= from && line.includes(text)) + 1;
  }

  it('left alone is proved', async () => {
    expect(await damageOf([kept])).toBeUndefined();
  });

  it.each(WAYS)('%s is found at its line', async (_how, statements, at, problem) => {
    const line = await lineOf(`"${at}"`);
    for (const statement of statements) await superuser(statement);
    expect(await damageOf()).toEqual({ line, problem: expect.stringContaining(problem) });
  });

  it.each(WITH_LEAVES)(
    '%s together with its leaf is found at the next checkpoint',
    async (_how, statements) => {
      const first = await lineOf('"a-1"');
      const last = await lineOf('"a-6"');
      for (const statement of statements) await superuser(statement);
      const damage = await damageOf();
      expect(damage).toBeDefined();
      expect(damage?.line).toBeGreaterThanOrEqual(first);
      expect(damage?.line).toBeLessThanOrEqual(last + 2);
    },
  );

  it('cut off below a checkpoint that somebody kept is found, and said where', async () => {
    const last = await lineOf('"a-3"');
    await superuser('DELETE FROM audit_leaves WHERE log_id = $log AND leaf_index >= 3');
    await superuser('DELETE FROM audit_checkpoints WHERE log_id = $log AND size > 3');
    // What is left is a whole log, for who kept nothing.
    expect(await damageOf()).toBeUndefined();
    const damage = await damageOf([kept]);
    expect(damage?.line).toBeGreaterThan(last);
  });

  it('made anew with the whole log is found, since nobody but the service can sign it', async () => {
    await superuser(`UPDATE audit_events SET body = replace(body, '"a-3"', '"x-3"') WHERE key = 'a-3'`);
    await superuser(HASH_AGAIN);
    await superuser('DELETE FROM audit_checkpoints WHERE log_id = $log AND size < 6');
    expect((await damageOf())?.line).toBeGreaterThan(await lineOf('"a-6"'));
  });
});
