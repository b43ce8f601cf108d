import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const SECRETS = `${V31}/secrets`;
const CANARY = 'canary-5c1e77d0';

/**
 * Returns the traits of a response that could reveal the value or anything derived from it. The tag is random, and counts
 * changes, as the version counts values; the caller may know all three.
 */
function traits({ status, headers, text }: Answer): unknown {
  const { date: _date, 'x-request-id': _id, etag, ...kept } = headers;
  const tag = String(etag).replace(/[\da-f-]{36}\.\d+\.[\da-f-]{36}/, 'TAG');
  const steady = text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/"version":\d/, '"version":N');
  return { status, kept, tag, text: steady };
}

describe('what nobody learns', () => {
  let room: Strongroom;
  let owner: As;
  let viewer: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    owner = await room.tenant('one', 'user');
    viewer = await room.member('one', 'viewer', 'viewer');
  });
  afterAll(() => room.stop());

  it('of a hidden value: neither its length nor its place in an order', async () => {
    const put = (value: string) =>
      room.call(owner, 'PUT', `${SECRETS}/hidden`, { value, is_hidden_value: true, update_if_exists: true });
    const looks = [
      ['GET', `${SECRETS}/hidden`],
      ['HEAD', `${SECRETS}/hidden`],
      ['GET', '/api/v3/secrets/hidden'],
      ['HEAD', '/api/v3/secrets/hidden'],
      ['GET', SECRETS],
      ['GET', `${SECRETS}?_sort=-key`],
      ['POST', `${V31}/searches/secrets`, {}],
    ] as const;
    const seen: unknown[][] = [];
    for (const value of ['short', 'x'.repeat(3000), 'é'.repeat(500)]) {
      expect((await put(value)).status).toBe(200);
      const answers = await Promise.all(
        looks.map(([method, path, body]) => room.call(viewer, method, path, body)),
      );
      seen.push(answers.map(traits));
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(JSON.stringify(seen)).not.toContain('short');
  });

  it('of a token, a user or a group that is another’s: the same as of one that is not there', async () => {
    const made = await room.call(owner, 'POST', `${V31}/tokens`, {});
    const id = String(made.body.id);
    for (const method of ['GET', 'DELETE']) {
      const theirs = await room.call(viewer, method, `${V31}/tokens/${id}`);
      const absent = await room.call(viewer, method, `${V31}/tokens/AAAAAAAAAA`);
      expect(theirs.status).toBe(404);
      expect(theirs.text.replace(id, 'ID')).toBe(absent.text.replace('AAAAAAAAAA', 'ID'));
    }
    for (const kind of ['users', 'user-groups']) {
      const theirs = await room.call(viewer, 'GET', `${V31}/${kind}/one-user`);
      const absent = await room.call(viewer, 'GET', `${V31}/${kind}/not-there`);
      expect([theirs.status, theirs.text.replace('one-user', 'X')]).toEqual([
        403,
        absent.text.replace('not-there', 'X'),
      ]);
    }
  });

  it('from logs, events, the API’s description or headers: a value, a password, a token', async () => {
    const answers: Answer[] = [];
    const call = async (as: As, method: string, path: string, body?: unknown): Promise<Answer> => {
      const answer = await room.call(as, method, path, body);
      answers.push(answer);
      return answer;
    };
    for (const version of ['/api/v3', V31]) {
      const path = `${version}/secrets/kept`;
      await call(owner, 'PUT', path, { value: CANARY });
      await call(owner, 'PUT', path, { value: CANARY });
      await call(owner, 'PUT', path, { value: CANARY, update_if_exists: true, visibility: CANARY });
      await call(owner, 'GET', path);
      await call(owner, 'PATCH', path, { value: `${CANARY}-2`, is_hidden_value: true });
      await call(owner, 'PATCH', path, { value: [CANARY] });
      await call(viewer, 'PATCH', path, { value: CANARY });
      await call(viewer, 'GET', path);
      await call(owner, 'GET', `${version}/secrets?value=${CANARY}`);
      await call(owner, 'GET', `${version}/secrets?_sort=${CANARY}`);
      await call(owner, 'DELETE', path);
    }
    await call(ADMIN, 'PUT', `${V31}/users`, { username: 'canary', password: CANARY });
    await call(ADMIN, 'POST', `${V31}/users/canary`, { password: `${CANARY}-3` });
    await call({ login: `canary:${CANARY}` }, 'GET', `${V31}/user`);
    await call({ login: `canary:${CANARY}-3` }, 'POST', `${V31}/tokens`, {});
    const token = String(answers.at(-1)?.body.value);
    await room.call({}, 'GET', `${V31}/user`, undefined, { 'Authentication-Token': `${token}x` });
    await room.call({}, 'GET', `${V31}/user`, undefined, { 'Authentication-Token': token });
    const events = await room.database.asSuperuser('SELECT * FROM audit_events');
    const description = await room.send({ path: '/api/docs-json' });
    const headers = answers.map((answer) => answer.headers);
    const everything = [...room.logs, JSON.stringify(events), description.text, JSON.stringify(headers)].join(
      '\n',
    );
    expect(room.logs.length).toBeGreaterThan(20);
    expect(everything).not.toContain(CANARY);
    expect(everything).not.toContain(token.split('-')[2]);
  });

  it('from a failure: what failed', async () => {
    const failures: Answer[] = [];
    for (const [index, [damage, repair]] of [
      [`UPDATE secrets SET value = set_byte(value, 70, get_byte(value, 70) # 1) WHERE key = 'failing-0'`, ''],
      [
        `CREATE POLICY failing ON secrets AS RESTRICTIVE USING (1 / (key <> 'failing-1')::integer = 1)`,
        'DROP POLICY failing ON secrets',
      ],
      ['ALTER TABLE secrets RENAME TO secrets_gone', 'ALTER TABLE secrets_gone RENAME TO secrets'],
    ].entries()) {
      await room.secret(owner, 'PUT', `failing-${index}`, CANARY);
      await room.database.asSuperuser(damage!);
      failures.push(await room.secret(owner, 'GET', `failing-${index}`));
      await room.database.asSuperuser(repair!);
    }
    const told = failures.map(({ status, headers, text }) => [
      status,
      JSON.parse(text.replaceAll(headers['x-request-id'] as string, 'ID')) as unknown,
    ]);
    const body = (message: string, code: string) => ({
      message: `${message}; request id ID`,
      error_code: code,
      server_traceback: null,
    });
    expect(told).toEqual([
      [500, body('Internal error', 'internal_server_error')],
      [500, body('Internal error', 'internal_server_error')],
      [503, body('The service cannot use its database at the moment; try again shortly', 'unavailable')],
    ]);
    expect(room.logs.join('\n')).not.toContain(CANARY);
  });
});
