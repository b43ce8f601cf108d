import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ChangeFeedLimits } from '../../src/secrets/changes/change-feed-limits.js';
import { ChangeFeed } from '../../src/secrets/changes/change-feed.service.js';
import { cloneDatabase, SERVICE } from '../support/database.js';
import { EventReader } from '../support/event-reader.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const CHANGES = '/api/v3.1/changes/secrets';

describe('requests that wait for changes while the database fails', () => {
  let room: Strongroom;
  let wire: Wire;
  let port: number;
  let reader: As & { login: string; tenant: string };
  let limits: ChangeFeedLimits;
  beforeAll(async () => {
    const database = await cloneDatabase();
    const before = await Wire.before(database);
    ({ wire, port } = before);
    room = await Strongroom.start(before.environment, database);
    await room.stopJobs();
    reader = await room.tenant('outage', 'viewer');
    limits = room.service.app.get(ChangeFeedLimits);
  });
  afterAll(async () => {
    await room.stop();
    await wire.cut();
  });
  const { renewalMilliseconds } = new ChangeFeedLimits();
  afterEach(() => {
    Object.assign(limits, { renewalMilliseconds });
  });

  const waiting = () => room.service.app.get(ChangeFeed).waiting.size;
  const cursor = async () => (await room.call(reader, 'GET', CHANGES)).body.cursor as string;
  const ask = (since: string, wait: number): Promise<Answer> =>
    room.call(reader, 'GET', `${CHANGES}?since=${since}&wait=${wait}`);
  const stream = () =>
    EventReader.open(`${room.service.url}${CHANGES}`, {
      Authorization: `Basic ${Buffer.from(reader.login).toString('base64')}`,
      tenant: reader.tenant,
    });
  const put = (key: string): Promise<Answer> =>
    room.call({ ...ADMIN, tenant: 'outage' }, 'PUT', `/api/v3.1/secrets/${key}`, { value: 'v' });
  const keysOf = ({ body }: Answer) => (body.items as { key: string }[]).map(({ key }) => key);
  const failures = () =>
    room.logs.filter((line) => line.includes('the changes of secrets could not be read'));
  const untilReady = () =>
    until(async () => (await room.call({}, 'GET', '/health/ready')).status === 200, 50);
  /** Waits until the poller has found the database away. */
  const untilFailing = (before: number) => until(() => failures().length > before);

  it('are told what happens after their backends were terminated', async () => {
    const since = await cursor();
    const [answer, open] = [ask(since, 50), await stream()];
    await until(() => waiting() === 2);
    for (let round = 0; round < 3; round += 1) {
      await room.database.asSuperuser(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()`,
        [SERVICE],
      );
      await sleep(700);
    }
    expect(waiting()).toBe(2);
    await untilReady();
    expect((await put('after-the-backends')).status).toBe(200);
    const { status, body } = await answer;
    expect([status, (body.items as unknown[]).length]).toEqual([200, 1]);
    await open.event('change');
    open.close();
    await until(() => waiting() === 0);
  });

  it('keep their place while the database is away, and miss nothing when it is back', async () => {
    const since = await cursor();
    const [answer, open] = [ask(since, 50), await stream()];
    const short = ask(since, 2);
    await until(() => waiting() === 3);
    const before = failures().length;
    await wire.cut();
    await untilFailing(before);
    // At the end of its time, one is told that it knows of nothing, with a cursor that has not moved.
    const { status, body } = await short;
    expect([status, body.items, body.more]).toEqual([200, [], false]);
    expect(waiting()).toBe(2);
    expect((await ask(since, 50)).status).toBe(503);
    // The outage is told once, however often it was asked.
    await sleep(2_500);
    expect(failures()).toHaveLength(before + 1);

    await wire.mend(port);
    await untilReady();
    expect((await put('after-the-outage')).status).toBe(200);
    expect(keysOf(await answer)).toEqual(['after-the-outage']);
    expect((await open.event('change')).data.key).toBe('after-the-outage');
    expect(keysOf(await ask(body.cursor as string, 50))).toEqual(['after-the-outage']);
    open.close();
    await until(() => waiting() === 0);
  });

  it('end with an error when their rights are due to be looked up meanwhile, and leave their place', async () => {
    Object.assign(limits, { renewalMilliseconds: 3_000 });
    const since = await cursor();
    const [answer, open] = [ask(since, 50), await stream()];
    await until(() => waiting() === 2);
    const opened = (await open.event('open')).id;
    const before = failures().length;
    await wire.cut();
    await untilFailing(before);
    const { status, body, headers } = await answer;
    expect([status, body.error_code]).toEqual([503, 'unavailable']);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect((await open.event('end')).data.error_code).toBe('unavailable');
    await until(() => open.ended && waiting() === 0);

    await wire.mend(port);
    await untilReady();
    expect((await put('while-nobody-waits')).status).toBe(200);
    expect(keysOf(await ask(opened, 50))).toEqual(['while-nobody-waits']);
    const next = ask(await cursor(), 50);
    await until(() => waiting() === 1);
    expect((await put('once-more')).status).toBe(200);
    expect(keysOf(await next)).toEqual(['once-more']);
  });
});
