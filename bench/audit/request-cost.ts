import type pg from 'pg';
import { measure, type Measurement } from '../measure.js';
import { seriesOf } from '../series.js';
import type { Stage } from '../stage.js';

const SERIES = ['get_basic', 'get_token', 'put'];
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;

/** Takes the place of the function that records events. It exists only in the database of the benchmark. */
const NO_EVENTS = `CREATE OR REPLACE FUNCTION record_events(p_entries audit_entry[]) RETURNS void
  LANGUAGE plpgsql VOLATILE AS $$ BEGIN END $$`;

/** Holds what one kind of request does with events and without, in the same round. */
export interface RequestCost {
  readonly title: string;
  readonly withEvents: Measurement;
  readonly withoutEvents: Measurement;
}

interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly progress: (line: string) => void;
}

/** Measures each kind of request with and without events, in turn, so that other load on the machine affects both. */
export async function measureRequests(
  stage: Stage,
  { rounds, seconds, progress }: Effort,
): Promise<RequestCost[]> {
  const series = seriesOf(stage).filter(({ name }) => SERIES.includes(name));
  const effort = { processes: 1, connections: CONNECTIONS, seconds };
  const recordEvents = await definitionOf(stage.database, 'record_events');
  for (const one of series) await measure(stage, one, { ...effort, seconds: WARM_UP_SECONDS });
  const costs: RequestCost[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`Requests with and without events, round ${round} of ${rounds}`);
    for (const one of series) {
      const withEvents = await measure(stage, one, effort);
      await stage.database.query(NO_EVENTS);
      const withoutEvents = await measure(stage, one, effort);
      await stage.database.query(recordEvents);
      costs.push({ title: one.title.replace(/^\(.\) /, ''), withEvents, withoutEvents });
    }
  }
  return costs;
}

export async function definitionOf(database: pg.Client, name: string): Promise<string> {
  const { rows } = await database.query<{ text: string }>('SELECT pg_get_functiondef($1::regproc) AS text', [
    name,
  ]);
  return rows[0]?.text ?? '';
}
