import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cloneDatabase } from '../support/database.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const GONE = join(tmpdir(), 'strongroom-no-such-file');
const REMOVED = { STRONGROOM_ADMIN_PASSWORD: '', STRONGROOM_ADMIN_PASSWORD_FILE: GONE };

/** Returns why a first start is refused, and what it has left in an empty database. */
async function refusedFirstStart(environment: NodeJS.ProcessEnv): Promise<{ why: string; left: number }> {
  const database = await cloneDatabase({ empty: true });
  try {
    const start = Strongroom.start(environment, database);
    const why = await start.then(
      () => 'it started',
      (error: unknown) => (error as Error).message,
    );
    const [row] = await database.asSuperuser<{ left: number }>(
      `SELECT count(*)::integer AS left FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    return { why, left: row!.left };
  } finally {
    await database.drop();
  }
}

describe('the password of the first administrator', () => {
  it.each([
    ['short', { STRONGROOM_ADMIN_PASSWORD: 'seven77' }, /^STRONGROOM_ADMIN_PASSWORD must be 8 to 256/],
    [
      'short for production',
      { STRONGROOM_ADMIN_PASSWORD: 'only-eleven', NODE_ENV: 'production' },
      /^STRONGROOM_ADMIN_PASSWORD must be 12 to 256/,
    ],
    [
      'shorter than the configuration says',
      { STRONGROOM_ADMIN_PASSWORD: 'fifteen-letters', STRONGROOM_PASSWORD_MIN_LENGTH: '16' },
      /^STRONGROOM_ADMIN_PASSWORD must be 16 to 256/,
    ],
    ['missing', { STRONGROOM_ADMIN_PASSWORD: '' }, /^STRONGROOM_ADMIN_PASSWORD is not set .* no user yet/],
    ['in a file that is not there', REMOVED, /^STRONGROOM_ADMIN_PASSWORD_FILE: cannot read .*ENOENT/],
  ])('that is %s stops the first start before it writes anything', async (_what, environment, message) => {
    const { why, left } = await refusedFirstStart(environment);
    expect(why).toMatch(message);
    expect(left).toBe(0);
  });

  it.each([
    ['missing', { STRONGROOM_ADMIN_PASSWORD: '' }],
    ['in a file that was removed', REMOVED],
    ['too short by a later rule', { STRONGROOM_ADMIN_PASSWORD: 'short' }],
  ])('is not asked for once there is a user: it may be %s', async (_what, environment) => {
    const room = await Strongroom.start();
    try {
      const next = await room.replica(environment);
      try {
        expect((await next.call(ADMIN, 'GET', '/api/v3.1/secrets')).status).toBe(200);
      } finally {
        await next.service.stop();
        await next.installation.close();
      }
    } finally {
      await room.stop();
    }
  });
});

describe('the shortest password', () => {
  it('is that of the configuration, and older passwords that are shorter still log in', async () => {
    const room = await Strongroom.start({ STRONGROOM_PASSWORD_MIN_LENGTH: '5' });
    try {
      const create = (on: Strongroom, username: string) =>
        on.call(ADMIN, 'PUT', '/api/v3.1/users', { username, password: 'passe', role: 'default' });
      expect((await create(room, 'early')).status).toBe(201);
      const next = await room.replica();
      try {
        expect((await next.call({ login: 'early:passe' }, 'GET', '/api/v3.1/user')).status).toBe(200);
        const { status, body } = await create(next, 'late');
        expect([status, body.error_code]).toEqual([400, 'bad_parameters_error']);
        expect(body.message).toMatch(/must be 8 to 256 characters long, and is shorter$/);
      } finally {
        await next.service.stop();
        await next.installation.close();
      }
    } finally {
      await room.stop();
    }
  });
});
