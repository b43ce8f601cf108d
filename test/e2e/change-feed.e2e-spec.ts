import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeFeed } from '../../src/secrets/changes/change-feed.service.js';
import { EventReader } from '../support/event-reader.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const CHANGES = '/api/v3.1/changes/secrets';

/** The event of a stream. */
const OPENING = { outcome: 'ok', detail: { stream: 'true' } };

interface Item {
  readonly change: string;
  readonly key: string;
  readonly tenant_name: string;
  readonly version: number;
}

describe('the changes of secrets', () => {
  let room: Strongroom;
  let writer: As & { login: string; tenant: string };
  let reader: As & { login: string; tenant: string };
  let foreigner: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    writer = await room.tenant('feed');
    reader = await room.member('feed', 'feed-reader', 'viewer');
    foreigner = await room.tenant('abroad', 'viewer');
  });
  afterAll(() => room.stop());

  let start: string;
  beforeEach(async () => {
    start = await cursorOf(reader);
  });

  const ask = (as: As, query: Record<string, string | number> = {}, headers = {}): Promise<Answer> => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    return room.call(as, 'GET', `${CHANGES}?${text.join('&')}`, undefined, headers);
  };
  const cursorOf = async (as: As) => (await ask(as)).body.cursor as string;
  const shown = ({ body }: Answer) => (body.items as Item[]).map(({ change, key }) => `${change} ${key}`);
  const put = (key: string, body: object = {}, as: As = writer) =>
    room.call(as, 'PUT', `/api/v3.1/secrets/${key}`, { value: 'canary-of-the-feed', ...body });
  const waiting = () => room.service.app.get(ChangeFeed).waiting.size;
  const open = (as: As, headers: Record<string, string> = {}, query = '') =>
    EventReader.open(`${room.service.url}${CHANGES}${query}`, {
      Authorization: `Basic ${Buffer.from(as.login!).toString('base64')}`,
      tenant: as.tenant!,
      ...headers,
    });
  const recorded = () =>
    room.database.asSuperuser<{ outcome: string; detail: object | null }>(
      `SELECT outcome, body::json -> 'detail' AS detail FROM audit_events WHERE action = 'secret.changes' ORDER BY id`,
    );

  it('are told with keys and versions, and never with values', async () => {
    await put('told');
    await room.call(writer, 'PATCH', '/api/v3.1/secrets/told', { value: 'another-canary' });
    await room.call(writer, 'PATCH', '/api/v3.1/secrets/told', { description: 'described' });
    await room.call(writer, 'DELETE', '/api/v3.1/secrets/told');
    const answer = await ask(reader, { since: start });
    expect(answer.body).toEqual({
      items: [
        [1, 1, 'created'],
        [2, 2, 'updated'],
        [2, 3, 'updated'],
        [2, 3, 'deleted'],
      ].map(([version, revision, change]) => ({
        ...{ change, version, revision, key: 'told', tenant_name: 'feed', visibility: 'tenant' },
        changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      })),
      cursor: expect.stringMatching(/^[A-Za-z0-9_-]{82}$/),
      more: false,
    });
    expect(answer.text).not.toContain('canary');
    expect(shown(await ask(reader, { since: answer.body.cursor as string }))).toEqual([]);
  });

  it('end a wait at once, for who may see them only, also when they are deletions', async () => {
    const wait = { since: start, wait: 50 };
    let foreign: Answer | undefined;
    const readers = [ask(reader, wait), ask(writer, { ...wait, since: await cursorOf(writer) })];
    const abroad = ask(foreigner, { wait: 50 }).then((answer) => (foreign = answer));
    await until(() => waiting() === 3);
    const admin = { ...ADMIN, tenant: 'feed' };
    await put('private-one', { visibility: 'private' }, admin);
    await put('seen-by-both');
    expect((await Promise.all(readers)).map(shown)).toEqual([
      ['created seen-by-both'],
      ['created seen-by-both'],
    ]);
    expect([waiting(), foreign]).toEqual([1, undefined]);
    const deletion = ask(reader, { wait: 50 });
    await until(() => waiting() === 2);
    await room.call(admin, 'DELETE', '/api/v3.1/secrets/private-one');
    await room.call(writer, 'DELETE', '/api/v3.1/secrets/seen-by-both');
    expect(shown(await deletion)).toEqual(['deleted seen-by-both']);
    await put('global-one', { visibility: 'global' }, admin);
    await abroad;
    expect([shown(foreign!), (foreign!.body.items as Item[])[0]!.tenant_name]).toEqual([
      ['created global-one'],
      'feed',
    ]);
  });

  it('are gone for whom a private secret is taken away from, and there for whom it is given', async () => {
    const heir = await room.member('feed', 'feed-heir', 'user');
    await put('heirloom', { visibility: 'private' });
    const begin = await cursorOf(writer);
    await room.call({ ...ADMIN, tenant: 'feed' }, 'PATCH', '/api/v3.1/secrets/heirloom', {
      creator: 'feed-heir',
    });
    for (const [as, expected] of [
      [writer, ['deleted heirloom']],
      [heir, ['updated heirloom']],
      [reader, []],
      [{ ...ADMIN, tenant: 'feed' }, ['updated heirloom']],
    ] as const)
      expect(shown(await ask(as, { since: begin }))).toEqual(expected);
  });

  it('tell of moves, the trash and expiry what happens to each key', async () => {
    const admin = { ...ADMIN, tenant: 'feed' };
    let since = start;
    /** Acts, and returns what the feed has of it. */
    const told = async (method: string, path: string, body?: object): Promise<string[]> => {
      const { status, headers } = await room.call(admin, method, `/api/v3.1/${path}`, body);
      expect([path, Math.floor(status / 100)]).toEqual([path, 2]);
      trashId = (headers['strongroom-trash-id'] as string | undefined) ?? trashId;
      return news();
    };
    const news = async (): Promise<string[]> => {
      const answer = await ask(reader, { since });
      since = answer.body.cursor as string;
      return shown(answer);
    };
    const expired = async (key: string): Promise<string[]> => {
      await room.database.asSuperuser(
        `UPDATE secrets SET expires_at = coalesce(expires_at, now() - interval '1 minute') WHERE key = $1`,
        [key],
      );
      await room.database.asSuperuser('SELECT note_expired_secrets(100)');
      return news();
    };
    let trashId = '';
    await put('one');
    await put('p.a');
    await put('p.b');
    await news();
    expect(await told('POST', 'secrets/one/move', { key: 'two' })).toEqual(['deleted one', 'created two']);
    expect(await expired('two')).toEqual(['expired two']);
    expect(await told('POST', 'secrets/two/move', { key: 'three' })).toEqual([
      'deleted two',
      'created three',
    ]);
    expect(await expired('three')).toEqual([]);
    expect(await told('DELETE', 'secrets/three')).toEqual(['deleted three']);
    expect(await told('POST', `trash/secrets/${trashId}/restore`)).toEqual(['created three']);
    expect(await told('DELETE', 'secrets/three')).toEqual(['deleted three']);
    expect(await told('DELETE', `trash/secrets/${trashId}`)).toEqual([]);
    const bulk = { from_prefix: 'p.', to_prefix: 'q.' };
    expect(await told('POST', 'bulk/secrets/move', { ...bulk, dry_run: true })).toEqual([]);
    expect(await told('POST', 'bulk/secrets/move', bulk)).toEqual([
      ...['deleted p.a', 'created q.a'],
      ...['deleted p.b', 'created q.b'],
    ]);
    // What expires in the trash is told once it is back.
    expect(await told('DELETE', 'secrets/q.a')).toEqual(['deleted q.a']);
    expect(await expired('q.a')).toEqual([]);
    expect(await told('POST', `trash/secrets/${trashId}/restore`)).toEqual(['created q.a']);
    expect(await expired('q.a')).toEqual(['expired q.a']);
  });

  it('have cursors that tell nothing, and that nobody can make or change', async () => {
    const again = await Promise.all([1, 2, 3].map(() => cursorOf(reader)));
    expect(new Set([...again, start]).size).toBe(4);
    await put('after-the-cursors');
    for (const since of again)
      expect(shown(await ask(reader, { since }))).toEqual(['created after-the-cursors']);
    for (const since of ['', '0', '17', `${start}A`, start.slice(1)]) {
      const { status, body } = await ask(reader, { since });
      expect([since, status, body.error_code]).toEqual([since, 400, 'bad_parameters_error']);
    }
    const bytes = Buffer.from(start, 'base64url');
    const altered = Array.from(bytes.keys(), (index) => {
      const copy = Buffer.from(bytes);
      copy[index]! ^= 1;
      return copy.toString('base64url');
    });
    const others = [await cursorOf(foreigner), 'A'.repeat(82)];
    for (const since of [...altered, ...others]) {
      const { status, body } = await ask(reader, { since });
      expect([status, body.error_code]).toEqual([410, 'cursor_gone']);
    }
  });

  it('begin anew with the cursor of a 410, after a restore and after seven days', async () => {
    await put('before-the-restore');
    const { body } = await ask(reader, { since: start });
    await put('lost-by-the-restore');
    const lost = (await ask(reader, { since: body.cursor as string })).body.cursor as string;
    // A restore takes the last change away, and another gets its position.
    await room.database.asSuperuser(
      `DELETE FROM secret_changes WHERE position = (SELECT max(position) FROM secret_changes)`,
    );
    await room.database.asSuperuser(`DELETE FROM secrets WHERE key = 'lost-by-the-restore'`);
    await put('of-the-new-history');
    const gone = await ask(reader, { since: lost });
    expect([gone.status, gone.body.error_code]).toEqual([410, 'cursor_gone']);
    await put('after-the-410');
    expect(shown(await ask(reader, { since: gone.body.cursor as string }))).toEqual([
      'created after-the-410',
    ]);
    // One from before the backup is as good as ever.
    expect(shown(await ask(reader, { since: body.cursor as string }))).toEqual([
      'created of-the-new-history',
      'created after-the-410',
    ]);
    await room.database.asSuperuser(
      'DELETE FROM secret_changes WHERE position < (SELECT max(position) FROM secret_changes)',
    );
    expect((await ask(reader, { since: start, wait: 50 })).status).toBe(410);
  });

  it('come as a stream of events, each with the cursor to go on from', async () => {
    const stream = await open(reader);
    expect([stream.status, stream.headers['content-type'], stream.headers['x-accel-buffering']]).toEqual([
      ...[200, 'text/event-stream; charset=utf-8', 'no'],
    ]);
    await stream.event('open');
    await put('streamed-1');
    await put('streamed-2');
    const second = await stream.event('change', 2);
    expect(stream.changes().map(({ change, key }) => `${String(change)} ${String(key)}`)).toEqual([
      ...['created streamed-1', 'created streamed-2'],
    ]);
    expect(stream.text).not.toContain('canary');
    stream.close();
    await until(() => waiting() === 0);
    await put('streamed-3');
    const first = stream.events.find(({ data }) => data.key === 'streamed-1')!;
    for (const [id, expected] of [
      [first.id, ['streamed-2', 'streamed-3']],
      [second.id, ['streamed-3']],
    ] as const) {
      // As a browser does, which connects with the address that it began with.
      const resumed = await open(reader, { 'Last-Event-ID': id }, `?since=${start}`);
      await resumed.event('change', expected.length);
      expect(resumed.changes().map(({ key }) => key)).toEqual(expected);
      resumed.close();
    }
    const fromStart = await open(reader, {}, `?since=${start}`);
    await fromStart.event('change', 3);
    fromStart.close();
    await until(() => waiting() === 0);
  });

  it('refuse a stream before it begins as any other answer', async () => {
    for (const [query, headers, status] of [
      ['?wait=5', {}, 400],
      ['?since=17', {}, 400],
      ['', { 'Last-Event-ID': '17' }, 400],
      [`?since=${'A'.repeat(82)}`, {}, 410],
      ['', { tenant: 'nowhere' }, 403],
      ['', { Authorization: 'Basic bm9ib2R5Om5vdGhpbmc=' }, 401],
    ] as const) {
      const stream = await open(reader, headers, query);
      expect([query, stream.status, stream.headers['content-type']]).toEqual([
        ...[query, status, 'application/json; charset=utf-8'],
      ]);
    }
    expect(waiting()).toBe(0);
    // Whoever takes anything gets the answer, not a stream without an end.
    for (const accept of ['*/*', 'text/*', 'text/event-stream;q=0', 'application/json'])
      expect((await ask(reader, {}, { Accept: accept })).body.more).toBe(false);
    expect((await room.call(reader, 'HEAD', `${CHANGES}?wait=50`)).status).toBe(200);
  });

  it('go to nobody whose rights, password or token have ended, however long ago the request began', async () => {
    const before = (await recorded()).length;
    const { body: token } = await room.call(reader, 'POST', '/api/v3.1/tokens', {});
    const [leaver, changer] = [
      await room.member('feed', 'feed-leaver', 'viewer'),
      await room.member('feed', 'feed-changer', 'viewer'),
    ];
    const byToken = { 'Authentication-Token': String(token.value), tenant: 'feed' };
    const streams = [
      await open(leaver),
      await open(changer),
      await EventReader.open(`${room.service.url}${CHANGES}`, byToken),
    ];
    const stays = await open(reader);
    const left = ask(leaver, { wait: 50 });
    await until(() => waiting() === 5);
    await room.call(ADMIN, 'DELETE', '/api/v3.1/tenants/users', {
      tenant_name: 'feed',
      username: 'feed-leaver',
    });
    await room.setPassword('feed-changer', 'another-password-of-it');
    await room.call(reader, 'DELETE', `/api/v3.1/tokens/${String(token.id)}`);
    await put('after-the-end');
    expect((await left).status).toBe(403);
    const codes = [];
    for (const stream of streams) {
      codes.push((await stream.event('end')).data.error_code);
      expect(stream.changes()).toEqual([]);
      await until(() => stream.ended);
    }
    expect(codes).toEqual(['forbidden_error', 'unauthorized_error', 'unauthorized_error']);
    await stays.event('change');
    stays.close();
    // The streams were recorded as they opened; what ended without telling anything was not.
    expect((await recorded()).slice(before)).toEqual([OPENING, OPENING, OPENING, OPENING]);
    // Nothing of this counts as a guess.
    const failures = await room.database.asSuperuser(
      `SELECT FROM audit_events WHERE action = 'login' AND body::json ->> 'key' LIKE 'feed-%'`,
    );
    expect(failures).toEqual([]);
    await until(() => waiting() === 0);
  });

  it('leave an event for each answer that tells any and for the opening of a stream, and none otherwise', async () => {
    const before = (await recorded()).length;
    const since = async () => (await recorded()).slice(before);
    const answer = { outcome: 'ok', detail: null };
    await ask(reader, { since: start });
    await ask(reader, { wait: 1 });
    await ask(reader, { since: start, wait: 1 });
    expect(await since()).toEqual([]);
    await put('recorded-1');
    await ask(reader, { since: start });
    await ask(reader, { since: start, wait: 50 });
    expect(await since()).toEqual([answer, answer]);
    const stream = await open(reader);
    await stream.event('open');
    expect(await since()).toEqual([answer, answer, OPENING]);
    await put('recorded-2');
    await stream.event('change');
    await put('recorded-3');
    await stream.event('change', 2);
    stream.close();
    const resumed = await open(reader, {}, `?since=${start}`);
    await resumed.event('change', 3);
    resumed.close();
    expect(await since()).toEqual([answer, answer, OPENING, OPENING]);
  });

  it('end when the service stops, with a cursor from which another process goes on', async () => {
    const other = await room.replica();
    const url = `${other.service.url}${CHANGES}`;
    const headers = {
      Authorization: `Basic ${Buffer.from(reader.login).toString('base64')}`,
      tenant: 'feed',
    };
    const stream = await EventReader.open(url, headers);
    const polled = other.call(reader, 'GET', `${CHANGES}?wait=50`);
    await until(() => other.service.app.get(ChangeFeed).waiting.size === 2);
    await put('before-the-stop');
    await stream.event('change');
    const { cursor } = (await polled).body;
    await other.stop();
    const { data, id } = await stream.event('end');
    expect(data.error_code).toBe('unavailable');
    await put('after-the-stop');
    for (const since of [id, String(cursor)])
      expect(shown(await ask(reader, { since }))).toEqual(['created after-the-stop']);
  });
});
