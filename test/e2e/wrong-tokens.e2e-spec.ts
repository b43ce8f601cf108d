import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom } from '../support/strongroom.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const CALLS = 400;
const AT_ONCE = 40;

const letters = (count: number): string =>
  Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]!).join('');

describe('a flood of wrong tokens', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.database.asSuperuser(`
      CREATE SEQUENCE throttle_writes;
      CREATE FUNCTION count_throttle_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN PERFORM nextval('throttle_writes'); RETURN NULL; END $$;
      CREATE TRIGGER count_writes AFTER INSERT OR UPDATE ON login_failures
        FOR EACH ROW EXECUTE FUNCTION count_throttle_write();`);
  });
  afterAll(() => room.stop());

  /** Returns how many rows of the throttle's table were written. */
  async function throttleWrites(): Promise<number> {
    const rows = await room.database.asSuperuser<{ count: number }>(
      `SELECT CASE WHEN is_called THEN last_value ELSE 0 END::integer AS count FROM throttle_writes`,
    );
    return rows[0]!.count;
  }

  it('is recorded in batches, since one row for each would serialise the service', async () => {
    const statuses = new Set<number>();
    let left = CALLS;
    const caller = async (): Promise<void> => {
      while ((left -= 1) >= 0) {
        const headers = {
          'Authentication-Token': `ctok-${letters(10)}-${letters(40)}`,
          tenant: 'default_tenant',
        };
        statuses.add((await room.send({ path: '/api/v3.1/secrets/x', headers })).status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    expect([...statuses].filter((status) => status !== 401 && status !== 429)).toEqual([]);
    expect(await throttleWrites()).toBeLessThan(CALLS / 4);
  });
});
