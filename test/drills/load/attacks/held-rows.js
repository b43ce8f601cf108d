import { randomInt } from 'node:crypto';
import pg from 'pg';
import { keyOf } from '../../../../dist/bench/seed.js';

const ROWS = 12;

/** Changes secrets whose rows another session of the database holds locked. */
export async function heldRows(attack) {
  const holder = new pg.Client({ connectionString: attack.databaseUrl });
  await holder.connect();
  attack.atTheEnd(() => holder.end());
  await holder.query('BEGIN');
  const keys = Array.from({ length: ROWS }, (_, index) => keyOf(index));
  const { rowCount } = await holder.query(
    `SELECT 1 FROM secrets s JOIN tenants t ON t.id = s.tenant_id WHERE t.name = $1 AND s.key = ANY ($2) FOR UPDATE OF s`,
    [attack.tenant, keys],
  );
  if (rowCount !== ROWS) throw new Error(`Only ${rowCount} rows are held`);
  attack.repeat(() => {
    const value = { value: `changed ${randomInt(2 ** 32)}` };
    return attack.request('PATCH', attack.secretPath(randomInt(ROWS)), value);
  });
}
