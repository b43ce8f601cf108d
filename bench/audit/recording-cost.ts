import type pg from 'pg';
import { processorTime } from '../processor-time.js';
import { definitionOf } from './request-cost.js';

const CALLS_OF_A_BLOCK = 1_000;
const BLOCKS_OF_A_ROUND = 4;
const PENDING = /\s+INSERT INTO audit_pending[^;]+;/;

/** Holds PostgreSQL's processor time for an event, in milliseconds: recorded whole, and without a row to be sealed. */
export interface RecordingCost {
  readonly wholeMs: number;
  readonly withoutPendingMs: number;
}

/** Measures both forms of the function in turn in one session, an event a call, as a lone request does. */
export async function measureRecording(database: pg.Client, rounds: number): Promise<RecordingCost> {
  const whole = await definitionOf(database, 'record_events');
  const without = whole.replace(PENDING, '').replace('record_events', 'bench_record_events');
  if (!PENDING.test(whole)) throw new Error('record_events adds nothing to audit_pending');
  await database.query(`${without}; SET synchronous_commit = off`);
  const { rows } = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = rows[0]?.pid ?? 0;
  const used = { record_events: 0, bench_record_events: 0 };
  for (let block = 0; block <= rounds * BLOCKS_OF_A_ROUND; block += 1) {
    for (const name of ['record_events', 'bench_record_events'] as const) {
      const before = processorTime(pid);
      for (let call = 0; call < CALLS_OF_A_BLOCK; call += 1) await record(database, name);
      // The first block warms up.
      if (block > 0) used[name] += processorTime(pid) - before;
    }
  }
  await database.query('SET synchronous_commit = on');
  const calls = rounds * BLOCKS_OF_A_ROUND * CALLS_OF_A_BLOCK;
  return { wholeMs: used.record_events / calls, withoutPendingMs: used.bench_record_events / calls };
}

async function record(database: pg.Client, name: string): Promise<void> {
  await database.query({
    name,
    text: `SELECT ${name}(ARRAY[ROW('00000000-0000-0000-0000-000000000000', new_event_id(), 'secret.read', 'service.password',
             gen_random_uuid(), 1, 1, 'ok', '{"actor_id":null,"actor_name":"bench","method":"basic","request_id":"r","address":null}',
             NULL)::audit_entry])`,
  });
}
