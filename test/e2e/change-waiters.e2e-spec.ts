import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Lanes } from '../../src/database/lanes.js';
import { ChangeFeedLimits } from '../../src/secrets/changes/change-feed-limits.js';
import { ChangeFeed } from '../../src/secrets/changes/change-feed.service.js';
import { SecretChangesRepository } from '../../src/secrets/changes/secret-changes.repository.js';
import type { Answer } from '../support/http-client.js';
import { Sessions } from '../support/sessions.js';
import { StatementCount } from '../support/statement-count.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const CALLERS = 10;
const OF_CALLER = 100;

describe('a thousand requests that wait for changes', () => {
  let room: Strongroom;
  let statements: StatementCount;
  let sessions: Sessions;
  let callers: As[];
  let polls = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    statements = await StatementCount.of(room.database);
    sessions = await Sessions.of(room.database);
    const first = await room.tenant('crowd', 'viewer');
    const others = Array.from({ length: CALLERS - 1 }, (_, index) =>
      room.member('crowd', `crowd-${index}`, 'viewer'),
    );
    callers = [first, ...(await Promise.all(others))];
    const feed = room.service.app.get(SecretChangesRepository);
    const poll = feed.poll.bind(feed);
    feed.poll = (...asked) => {
      polls += 1;
      return poll(...asked);
    };
  });
  afterAll(async () => {
    await sessions.close();
    await room.stop();
  });

  /** Counts those who wait, once all of them have read where they begin. */
  const waiting = () => {
    const { lists } = room.service.app.get(Lanes).gauges();
    return lists.running + lists.waiting > 0 ? undefined : room.service.app.get(ChangeFeed).waiting.size;
  };
  const wait = (as: As): Promise<Answer> => room.call(as, 'GET', '/api/v3.1/changes/secrets?wait=50');
  const put = (key: string, visibility: string) =>
    room.call({ ...ADMIN, tenant: 'crowd' }, 'PUT', `/api/v3.1/secrets/${key}`, { value: 'v', visibility });

  async function crowd(): Promise<Promise<Answer>[]> {
    const answers: Promise<Answer>[] = [];
    for (const caller of callers) {
      answers.push(...Array.from({ length: OF_CALLER }, () => wait(caller)));
      await until(() => waiting() === answers.length);
    }
    return answers;
  }

  it('hold no connection, cost one statement a second together, and are answered all at once', async () => {
    const answers = await crowd();
    const { counted } = await statements.during(async () => {
      const begin = polls;
      await until(() => polls === begin + 3);
      await until(async () => (await sessions.count(`state <> 'idle'`)) === 0);
    });
    const [[text, count] = ['', 0], ...more] = Object.entries(counted);
    expect(more).toEqual([]);
    expect(text).toContain('poll_secret_changes');
    expect([3, 4]).toContain(count);

    await put('unseen', 'private');
    const before = polls;
    await until(() => polls === before + 2);
    expect(waiting()).toBe(CALLERS * OF_CALLER);

    const woken = await statements.during(async () => {
      await put('seen', 'tenant');
      return Promise.all(answers);
    });
    const items = new Set(woken.result.map(({ body }) => JSON.stringify(body.items)));
    expect([...items].map((text) => (JSON.parse(text) as { key: string }[]).map(({ key }) => key))).toEqual([
      ['seen'],
    ]);
    const all = Object.values(woken.counted).reduce((sum, calls) => sum + calls, 0);
    // One to look up all callers, one for 64 events, a few for the change itself.
    expect(all).toBeLessThan((CALLERS * OF_CALLER) / 10);
    expect(waiting()).toBe(0);
  });

  it('are refused beyond those that one caller may have, until one ends', async () => {
    const [caller, other] = callers as [As, As];
    const { ofCaller } = room.service.app.get(ChangeFeedLimits).waiting;
    const most = Array.from({ length: ofCaller }, () => wait(caller));
    await until(() => waiting() === ofCaller);
    const { status, headers, body } = await wait(caller);
    expect([status, headers['retry-after'], body.error_code]).toEqual([429, '5', 'too_many_requests']);
    expect((await room.call(caller, 'GET', '/api/v3.1/changes/secrets')).status).toBe(200);
    const others = wait(other);
    await until(() => waiting() === ofCaller + 1);
    await put('ending', 'tenant');
    expect((await Promise.all([...most, others])).every((answer) => answer.status === 200)).toBe(true);
    expect(waiting()).toBe(0);
  });
});
