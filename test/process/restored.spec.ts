import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_ROLE, OWNER, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { NIL_UUID } from '../../src/common/ids.js';
import { until } from '../support/until.js';
import { Api } from './api.js';
import { external, PASSWORD } from './external.js';
import { service, strongroomAdmin } from './program.js';

const BOTH = `${APP_ROLE}, ${READER_ROLE}`;

/** Lists what a restore leaves, and what doctor says of it. */
const RESTORES: [how: string, left: string, said: RegExp][] = [
  [
    'with --no-privileges',
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${BOTH}; REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM ${BOTH};
     GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC; REVOKE ALL ON SCHEMA public FROM ${BOTH}`,
    /^FAILED +database: rights are missing: /m,
  ],
  [
    'by the owner, with the roles made beforehand',
    `DO $$ DECLARE f regprocedure; BEGIN
       FOR f IN SELECT oid FROM pg_proc WHERE proowner = '${READER_ROLE}'::regrole LOOP
         EXECUTE format('ALTER FUNCTION %s OWNER TO ${OWNER}', f);
       END LOOP; END $$`,
    /^FAILED +database: the functions differ from those that were installed; run `strongroom-admin migrate`/m,
  ],
  [
    'into a server without the roles',
    `DROP POLICY living ON secrets; DROP POLICY reader_rows ON secrets; DROP POLICY reader_rows ON audit_events;
     DROP POLICY reader_appends ON audit_events; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${BOTH};
     ALTER FUNCTION read_secrets OWNER TO ${OWNER}`,
    /^FAILED +row-level security: the policy living of secrets is missing/m,
  ],
  [
    'into a server without pg_trgm',
    'DROP EXTENSION pg_trgm CASCADE',
    /^FAILED +database: missing: the extension pg_trgm: run `strongroom-admin migrate`/m,
  ],
];

describe('a database that was restored', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    const first = service(external(database));
    const api = new Api(await first.listening(), PASSWORD);
    expect((await api.call('PUT', 'kept', 'x')).status).toBe(200);
    await until(async () => (await presentEpoch()) === 1);
    await first.stop();
  });
  afterAll(() => database.drop());

  /** Returns the epoch of the newest leaf of the system's log, which begins with the event that says why. */
  const presentEpoch = async (): Promise<number> => {
    const rows = await database.asSuperuser<{ epoch: number; action: string }>(
      `SELECT l.epoch, e.action FROM audit_leaves l JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
       WHERE l.leaf_index = 0 AND l.log_id = $1 ORDER BY l.epoch`,
      [NIL_UUID],
    );
    for (const { epoch, action } of rows) if (epoch > 1) expect(action).toBe('audit.new_epoch');
    return rows.at(-1)?.epoch ?? 0;
  };

  const doctor = () => strongroomAdmin(['doctor'], external(database));

  it.each(RESTORES)('%s is named by doctor, mended by a start, and serves', async (_how, left, said) => {
    const epoch = await presentEpoch();
    // A dump writes every row anew.
    await database.asSuperuser(`${left}; UPDATE installation SET singleton = singleton`);
    const before = await doctor();
    expect([before.code, before.stdout]).toEqual([1, expect.stringMatching(said)]);
    expect(before.stdout).not.toContain('unexpected');
    const started = service(external(database));
    const api = new Api(await started.listening(), PASSWORD);
    expect(await api.value('kept')).toBe('x');
    expect((await api.call('PUT', `after-${database.name}-${String(left.length)}`, 'y')).status).toBe(200);
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    await until(async () => (await presentEpoch()) > epoch);
    await started.stop();
    expect((await doctor()).code).toBe(0);
    expect(await strongroomAdmin(['migrate'], external(database))).toMatchObject({
      code: 0,
      stdout: 'The database is up to date\n',
    });
  });
});
