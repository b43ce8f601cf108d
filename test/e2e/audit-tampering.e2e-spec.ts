import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';
import { sealed } from '../support/sealed.js';
import { VERIFIERS } from '../unit/audit-trail/verifiers.js';

const AUDIT = '/api/v3.1/audit';

/** The lines before the first event of a log that is exported from its beginning. */
const LINES_BEFORE = 2;

/** Says what a superuser did to the log $1, and where an export shows it. */
interface Tampering {
  readonly did: string;
  /** Statements that may name $1, the log, and $2, that of another tenant. */
  readonly statements: readonly string[];
  /** The event by its number, from 1, or `checkpoint` for the line of a checkpoint after it. */
  readonly at: number | 'checkpoint';
  readonly problem: RegExp;
}

const event = (index: number, log = '$1') =>
  `(SELECT event_id FROM audit_leaves WHERE log_id = ${log} AND leaf_index = ${index})`;
/** Exchanges two leaves of a log. */
const exchange = (columns: string) =>
  `UPDATE audit_leaves l SET (${columns}) = (SELECT ${columns} FROM audit_leaves o
     WHERE o.log_id = l.log_id AND o.leaf_index = 15 - l.leaf_index) WHERE l.log_id = $1 AND l.leaf_index IN (7, 8)`;

const TAMPERINGS: readonly Tampering[] = [
  {
    did: 'altered an event',
    statements: [
      `UPDATE audit_events SET body = replace(body, '"outcome" : "ok"', '"outcome" : "gone"') WHERE log_id = $1 AND id = ${event(4)}`,
    ],
    ...{ at: 5, problem: /not the event/ },
  },
  {
    did: 'altered an event and its leaf',
    statements: [
      `UPDATE audit_events SET body = replace(body, '"outcome" : "ok"', '"outcome" : "gone"') WHERE log_id = $1 AND id = ${event(4)}`,
      `UPDATE audit_leaves l SET hash = sha256('\\x00'::bytea || convert_to(e.body, 'UTF8')) FROM audit_events e
       WHERE l.log_id = $1 AND l.leaf_index = 4 AND e.log_id = l.log_id AND e.id = l.event_id`,
    ],
    ...{ at: 'checkpoint', problem: /other events/ },
  },
  {
    did: 'altered a leaf',
    statements: [`UPDATE audit_leaves SET hash = sha256('x') WHERE log_id = $1 AND leaf_index = 4`],
    ...{ at: 'checkpoint', problem: /checksums of other events/ },
  },
  {
    did: 'deleted an event',
    statements: [`DELETE FROM audit_events WHERE log_id = $1 AND id = ${event(6)}`],
    ...{ at: 7, problem: /missing/ },
  },
  {
    did: 'deleted an event and its leaf',
    statements: [
      `DELETE FROM audit_events WHERE log_id = $1 AND id = ${event(6)}`,
      `DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index = 6`,
    ],
    ...{ at: 7, problem: /missing/ },
  },
  {
    did: 'deleted a leaf',
    statements: [`DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index = 6`],
    ...{ at: 7, problem: /missing/ },
  },
  {
    did: 'deleted an event, and closed the gap',
    statements: [
      `DELETE FROM audit_events WHERE log_id = $1 AND id = ${event(6)}`,
      `DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index = 6`,
      `UPDATE audit_leaves SET leaf_index = -leaf_index WHERE log_id = $1 AND leaf_index > 6`,
      `UPDATE audit_leaves SET leaf_index = -leaf_index - 1 WHERE log_id = $1 AND leaf_index < 0`,
    ],
    ...{ at: 'checkpoint', problem: /other events|missing/ },
  },
  {
    did: 'inserted an event among the sealed ones',
    statements: [
      `UPDATE audit_leaves SET leaf_index = -leaf_index WHERE log_id = $1 AND leaf_index > 2`,
      `UPDATE audit_leaves SET leaf_index = 1 - leaf_index WHERE log_id = $1 AND leaf_index < 0`,
      `INSERT INTO audit_events SELECT log_id, '019ada5c-0000-7000-8000-000000000009', at, action, actor_id, key, secret_id,
         revision, outcome, replace(body, 'secret.read', 'secret.copy') FROM audit_events WHERE log_id = $1 AND id = ${event(1)}`,
      `INSERT INTO audit_leaves SELECT log_id, 1, 3, id, sha256('\\x00'::bytea || convert_to(body, 'UTF8')) FROM audit_events
       WHERE log_id = $1 AND id = '019ada5c-0000-7000-8000-000000000009'`,
    ],
    ...{ at: 'checkpoint', problem: /other events/ },
  },
  {
    did: 'put two events in another order',
    statements: ['DROP INDEX IF EXISTS uq_audit_leaves_event_id', exchange('event_id')],
    ...{ at: 8, problem: /not the event/ },
  },
  {
    did: 'put two leaves in another order, with their events',
    statements: ['DROP INDEX IF EXISTS uq_audit_leaves_event_id', exchange('event_id, hash')],
    ...{ at: 'checkpoint', problem: /other events/ },
  },
  {
    did: 'swapped events of two tenants',
    statements: [
      `UPDATE audit_events e SET body = (SELECT o.body FROM audit_events o WHERE o.log_id = $2 AND o.id = ${event(9, '$2')})
       WHERE e.log_id = $1 AND e.id = ${event(9)}`,
    ],
    ...{ at: 10, problem: /not the event/ },
  },
  {
    did: 'swapped the leaves of two tenants',
    statements: [
      `UPDATE audit_leaves SET epoch = 9 WHERE log_id IN ($1, $2)`,
      `UPDATE audit_leaves SET epoch = 1, log_id = CASE log_id WHEN $1 THEN $2::uuid ELSE $1::uuid END WHERE log_id IN ($1, $2)`,
      `UPDATE audit_events SET log_id = $1 WHERE log_id = $2 AND id IN (SELECT event_id FROM audit_leaves WHERE log_id = $1)`,
    ],
    ...{ at: 'checkpoint', problem: /other events|missing/ },
  },
  {
    did: 'cut the log off before a checkpoint that was kept',
    statements: [
      'DELETE FROM audit_checkpoints WHERE log_id = $1 AND size > 12',
      `DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index >= (SELECT max(size) FROM audit_checkpoints WHERE log_id = $1)`,
    ],
    ...{ at: 'checkpoint', problem: /missing/ },
  },
];

describe('what a superuser does to the rows of a log', () => {
  let room: Strongroom;
  const auditors: As[] = [];
  const ids: string[] = [];
  beforeAll(async () => {
    room = await Strongroom.start();
    for (let n = 0; n <= TAMPERINGS.length; n += 1) {
      const tenant = `tenant-${n}`;
      auditors.push(await room.tenant(tenant, 'manager'));
    }
    for (const round of [1, 2]) {
      for (const as of auditors)
        for (let n = 0; n < 12; n += 1) await room.secret(as, 'PUT', `key-${round}-${n}`, 'value');
      await sealed(room.database);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
    for (const as of auditors) {
      const [row] = await room.database.asSuperuser<{ id: string }>(
        'SELECT id FROM tenants WHERE name = $1',
        [as.tenant],
      );
      ids.push(row?.id ?? '');
    }
  });
  afterAll(() => room.stop());

  const text = async (as: As, path: string) => {
    const answer = await room.call(as, 'GET', `${AUDIT}/${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.text;
  };

  it.each(TAMPERINGS.map((one, index) => [one.did, index] as const))(
    'is found where somebody %s',
    async (_did, index) => {
      const { statements, at, problem } = TAMPERINGS[index]!;
      const as = auditors[index]!;
      const [keys, kept] = [await text(as, 'keys'), await text(as, 'checkpoint')];
      for (const [, verify] of VERIFIERS)
        expect(await verify(Buffer.from(await text(as, 'export')), keys, [kept])).toMatchObject({
          line: null,
        });
      await room.stopJobs();
      for (const statement of statements) {
        const values = [ids[index], ids[TAMPERINGS.length]].filter((_id, place) =>
          statement.includes(`$${place + 1}`),
        );
        await room.database.asSuperuser(statement, values);
      }
      const file = await text(as, 'export');
      const found = await Promise.all(VERIFIERS.map(([, verify]) => verify(Buffer.from(file), keys, [kept])));
      expect(found[0]?.problem).toMatch(problem);
      // Both name the same line, in words of their own.
      for (const { line } of found)
        if (at === 'checkpoint')
          expect([line, file.split('\n')[(line ?? 0) - 1]]).toEqual([
            found[0]?.line,
            expect.stringMatching(/checkpoint|"end"|^{"id"/),
          ]);
        else expect(line).toBe(LINES_BEFORE + at);
    },
  );
});
