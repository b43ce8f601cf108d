import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeFeedLimits } from '../../src/secrets/changes/change-feed-limits.js';
import { ChangeFeed } from '../../src/secrets/changes/change-feed.service.js';
import { EventReader } from '../support/event-reader.js';
import type { Answer } from '../support/http-client.js';
import { Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const CHANGES = '/api/v3.1/changes/secrets';
type Member = As & { login: string; tenant: string };

let room: Strongroom;
let reader: Member;
let limits: ChangeFeedLimits;
beforeAll(async () => {
  room = await Strongroom.start();
  await room.stopJobs();
  reader = await room.tenant('bounded', 'viewer');
  limits = room.service.app.get(ChangeFeedLimits);
});
afterAll(() => room.stop());

const waiting = () => room.service.app.get(ChangeFeed).waiting.size;
const open = ({ login, tenant }: Member, query = '') =>
  EventReader.open(`${room.service.url}${CHANGES}${query}`, {
    Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
    tenant,
  });

describe('a reader of a stream with more changes than its connection holds', () => {
  const STALLED_MS = 2_000;
  const BACKLOG = 12_000;
  let start: string;
  beforeAll(async () => {
    Object.assign(limits, { stalledMilliseconds: STALLED_MS });
    start = (await room.call(reader, 'GET', CHANGES)).body.cursor as string;
    await room.database.asSuperuser(
      `INSERT INTO secret_changes_pending
         (tenant_id, secret_id, key, change, version, revision, visibility, created_by, mark)
       SELECT t.id, gen_random_uuid(), 'k' || lpad(n::text, 255, '0'), 'created', 1, 1, 'tenant', u.id, gen_random_uuid()
       FROM tenants t, users u, generate_series(1, $1) AS n WHERE t.name = 'bounded' AND u.username = 'bounded-viewer'`,
      [BACKLOG],
    );
  });

  it('is cut when it accepts nothing for too long, and its place is free', async () => {
    const stream = await open(reader, `?since=${start}`);
    stream.pause();
    const begin = performance.now();
    expect(waiting()).toBe(1);
    await until(() => waiting() === 0);
    expect(performance.now() - begin).toBeGreaterThan(STALLED_MS - 100);
    // What the connection held is still there; then it ends in the middle, without a word.
    stream.resume();
    await until(() => stream.ended);
    expect(stream.changes().length).toBeLessThan(BACKLOG);
    expect(stream.events.some(({ event }) => event === 'end')).toBe(false);
  });

  it('is not cut when it is slow, nor when it has read everything and waits', async () => {
    const stream = await open(reader, `?since=${start}`);
    const begin = performance.now();
    while (stream.changes().length < BACKLOG) {
      expect([stream.ended, waiting()]).toEqual([false, 1]);
      stream.pause();
      await sleep(200);
      stream.resume();
      await sleep(5);
    }
    expect(performance.now() - begin).toBeGreaterThan(STALLED_MS);
    await sleep(STALLED_MS + 500);
    expect([stream.ended, waiting()]).toEqual([false, 1]);
    stream.close();
    await until(() => waiting() === 0);
  });
});

describe('the places of those who wait for changes', () => {
  const before = { ofCaller: 0, ofTenant: 0, all: 0 };
  beforeEach(() => {
    Object.assign(before, limits.waiting);
    Object.assign(limits.waiting, { ofCaller: 2, ofTenant: 3, all: 4 });
  });
  afterEach(() => {
    Object.assign(limits.waiting, before);
  });

  it('are bounded by caller, by tenant and in all, for streams and single answers together', async () => {
    const colleague = await room.member('bounded', 'bounded-colleague', 'viewer');
    const foreigner = await room.tenant('bounded-abroad', 'viewer');
    const wait = (as: As): Promise<Answer> => room.call(as, 'GET', `${CHANGES}?wait=3`);
    const whose = ({ status, headers, body }: Answer) => [
      ...[status, headers['retry-after'], body.error_code],
      /Too many requests (.+) wait for changes; /.exec(String(body.message))?.[1],
    ];
    const waits: Promise<Answer>[] = [];
    /** Takes a place, and waits until it is taken. */
    const enter = async (as: As): Promise<void> => {
      const size = waiting();
      waits.push(wait(as));
      await until(() => waiting() === size + 1);
    };
    const streams = [await open(reader)];
    await enter(reader);
    expect(whose(await wait(reader))).toEqual([429, '5', 'too_many_requests', 'of yours']);
    await enter(colleague);
    expect(whose(await wait(colleague))).toEqual([429, '5', 'too_many_requests', 'of this tenant']);
    streams.push(await open(foreigner));
    expect(whose(await wait(foreigner))).toEqual([429, '5', 'too_many_requests', 'of this service']);
    const refused = await open(foreigner);
    expect([refused.status, refused.headers['content-type']]).toEqual([
      ...[429, 'application/json; charset=utf-8'],
    ]);
    // Who does not wait needs no place.
    for (const as of [reader, colleague, foreigner])
      expect((await room.call(as, 'GET', CHANGES)).status).toBe(200);
    for (const { status } of await Promise.all(waits)) expect(status).toBe(200);
    for (const stream of streams) stream.close();
    await until(() => waiting() === 0);
    const again = await open(reader);
    expect(again.status).toBe(200);
    again.close();
    await until(() => waiting() === 0);
  });
});
