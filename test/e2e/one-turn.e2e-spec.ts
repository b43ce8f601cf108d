import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOneTurn, type PipelinedCall } from '../support/pipelined.js';
import { added, StatementCount, type Counted } from '../support/statement-count.js';
import { Strongroom, type As } from '../support/strongroom.js';

const TENANTS = ['turn-a', 'turn-b', 'turn-c'];
const KEYS = 22;
const IN_A_BATCH = 64;

/** Describes a read and the expected response. */
interface Read extends PipelinedCall {
  readonly tenant: string;
  readonly key: string;
  readonly expected: readonly [status: number, value: unknown];
}

describe('reads that arrive in one turn of the event loop', () => {
  let room: Strongroom;
  let statements: StatementCount;
  const headers = new Map<string, { basic: Record<string, string>; token: Record<string, string> }>();
  const valueOf = (tenant: string, key: string) => `${key} of ${tenant}`;

  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    for (const name of TENANTS) {
      const member = await room.tenant(name);
      headers.set(name, { basic: basicOf(member), token: await tokenOf(member) });
      for (let index = 0; index < KEYS; index += 1)
        expect((await room.secret(member, 'PUT', `key-${index}`, valueOf(name, `key-${index}`))).status).toBe(
          200,
        );
    }
    statements = await StatementCount.of(room.database);
    for (const { basic, token } of headers.values())
      for (const used of [basic, token])
        await inOneTurn(room.service.url, [{ path: '/api/v3/secrets/x', headers: used }]);
    await loginsNoted();
  });
  afterAll(() => room.stop());

  const basicOf = ({ login = '', tenant = '' }: As) => ({
    Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
    tenant,
  });

  async function tokenOf(as: As): Promise<Record<string, string>> {
    const { body } = await room.call(as, 'POST', '/api/v3.1/tokens', {});
    return { 'Authentication-Token': String(body.value), tenant: as.tenant ?? '' };
  }

  /** Waits until the times of the logins are stored, which happens once a minute beside the request. */
  async function loginsNoted(): Promise<void> {
    const missing = `SELECT FROM users WHERE username LIKE 'turn-%' AND last_login_at IS NULL
      UNION ALL SELECT FROM tokens WHERE last_used_at IS NULL`;
    while ((await room.database.asSuperuser(missing)).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  const read = (tenant: string, key: string, how: 'basic' | 'token' = 'basic', version = 'v3'): Read => ({
    tenant,
    key,
    path: `/api/${version}/secrets/${key}`,
    headers: headers.get(tenant)![how],
    expected: key.startsWith('key-') ? [200, valueOf(tenant, key)] : [404, undefined],
  });

  /**
   * Returns reads that all differ, of all tenants, with both kinds of credentials, under both versions; every seventh
   * reads a secret that does not exist.
   */
  const reads = (count: number): Read[] =>
    Array.from({ length: count }, (_, index) => {
      const key = index % 7 === 6 ? `none-${index}` : `key-${Math.floor(index / TENANTS.length)}`;
      const [how, version] = [index % 2 === 0 ? 'basic' : 'token', index % 5 === 0 ? 'v3.1' : 'v3'] as const;
      return read(TENANTS[index % TENANTS.length]!, key, how, version);
    });

  async function ask(list: readonly Read[]): Promise<(readonly [number, unknown])[]> {
    const answers = await inOneTurn(room.service.url, list);
    return answers.map(({ status, body }) => [status, body.value] as const);
  }

  const sum = (counted: Counted) => Object.values(counted).reduce((total, calls) => total + calls, 0);
  const expectedOf = (list: readonly Read[]) => list.map(({ expected }) => expected);

  /** Returns the number of recorded reads by tenant and key. */
  async function recorded(): Promise<Counted> {
    const rows = await room.database.asSuperuser<{ read: string; events: number }>(
      `SELECT t.name || ' ' || (e.body::json ->> 'key') AS read, count(*)::integer AS events
       FROM audit_events e JOIN tenants t ON t.id = e.log_id
       WHERE e.body::json ->> 'action' = 'secret.read' GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ read, events }) => [read, events]));
  }

  /**
   * Sends the reads, and checks that each has its response and that exactly the expected events are recorded, once
   * each.
   */
  async function expectAnswers(list: readonly Read[], onRecord: readonly Read[] = list): Promise<Counted> {
    const before = await recorded();
    const { result, counted } = await statements.during(() => ask(list));
    expect(result).toEqual(expectedOf(list));
    expect(added(before, await recorded())).toEqual(
      Object.fromEntries(onRecord.map(({ tenant, key }) => [`${tenant} ${key}`, 1])),
    );
    return counted;
  }

  describe('are asked of the database together', () => {
    it.each(['basic', 'token'] as const)('a lone one by %s in two statements', async (how) => {
      const counted = await expectAnswers([read('turn-a', 'key-3', how)]);
      expect(Object.values(counted)).toEqual([1, 1]);
    });

    it.each([2, 3, 10, 33, IN_A_BATCH])('%d of them in two statements as well', async (count) => {
      expect(sum(await expectAnswers(reads(count)))).toBe(2);
    });

    it('and what is more than a batch in two for each', async () => {
      expect(sum(await expectAnswers(reads(IN_A_BATCH + 1)))).toBe(4);
    });
  });

  describe('fail one by one', () => {
    const COUNT = 20;
    const BAD = 7;
    const bad = (list: readonly Read[]): Read[] =>
      list.map((one, index) => (index === BAD ? { ...one, expected: [500, undefined] } : one));
    const without = (list: readonly Read[]) => list.filter((_, index) => index !== BAD);

    it('where one of them makes the statement fail that reads', async () => {
      const list = reads(COUNT);
      const [{ id }] = (await room.database.asSuperuser('SELECT id FROM tenants WHERE name = $1', [
        list[BAD]!.tenant,
      ])) as [{ id: string }];
      await room.database.asSuperuser(`
        CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'no event of this key';
        END $$;
        CREATE TRIGGER refuse_event BEFORE INSERT ON audit_events FOR EACH ROW
          WHEN (NEW.log_id = '${id}' AND NEW.body::json ->> 'key' = '${list[BAD]!.key}') EXECUTE FUNCTION refuse_event()`);
      try {
        // One look-up of the callers, none for the whole batch, and one for each of the others.
        expect(sum(await expectAnswers(bad(list), without(list)))).toBe(1 + COUNT - 1);
      } finally {
        await room.database.asSuperuser(
          'DROP TRIGGER refuse_event ON audit_events; DROP FUNCTION refuse_event',
        );
      }
      expect(sum(await expectAnswers(list))).toBe(2);
    });

    it('where one of them makes the statement fail that looks for who they are', async () => {
      await room.database.asSuperuser(`DO $do$
        BEGIN
          EXECUTE regexp_replace(pg_get_functiondef('find_identities'::regproc), 'BEGIN',
            'BEGIN IF ''poison'' = ANY (p_tenants) THEN RAISE EXCEPTION ''no such answer''; END IF;');
        END $do$`);
      const list = reads(COUNT).map((one, index) =>
        index === BAD ? { ...one, headers: { ...one.headers, tenant: 'poison' } } : one,
      );
      expect(sum(await expectAnswers(bad(list), without(list)))).toBeGreaterThan(COUNT - 1);
      expect(sum(await expectAnswers(without(list)))).toBe(2);
    });

    it('where the value of one does not open, which is on record as a read', async () => {
      const list = reads(COUNT);
      await room.database.asSuperuser(
        `UPDATE secrets SET value = set_byte(value, octet_length(value) - 1,
           get_byte(value, octet_length(value) - 1) # 1)
         WHERE key = $1 AND tenant_id = (SELECT id FROM tenants WHERE name = $2)`,
        [list[BAD]!.key, list[BAD]!.tenant],
      );
      expect(sum(await expectAnswers(bad(list)))).toBe(2);
    });

    it.each([
      ['a quote', `'"\\`],
      ['what ends a list', '},{'],
      ['a word that means nothing there is', 'NULL'],
      ['letters that are no UTF-8', '\xff\xfe'],
      ['a thousand letters', 'x'.repeat(1_000)],
      ['an injection', "x'); DELETE FROM secrets; --"],
    ])('where the tenant or the user of one is called %s', async (_what, name) => {
      const list = reads(COUNT).map((one, index) => {
        if (index === BAD)
          return { ...one, headers: { ...one.headers, tenant: name }, expected: [403, undefined] as const };
        if (index !== BAD + 2) return one;
        const stranger = basicOf({ login: `${name}:no password`, tenant: one.tenant });
        return { ...one, headers: stranger, expected: [401, undefined] as const };
      });
      const answered = list.filter(({ expected: [status] }) => status < 400 || status === 404);
      await expectAnswers(list, answered);
    });
  });
});
