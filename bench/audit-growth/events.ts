import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

const EVENTS_AT_ONCE = 200_000;

/** Says which events to add: so many, evenly over these days in the past. */
export interface Span {
  readonly events: number;
  readonly fromDaysAgo: number;
  readonly untilDaysAgo: number;
}

/** Creates the partitions of past months, which no service does. */
export async function createPartitions(database: pg.Client, daysAgo: number): Promise<void> {
  await database.query(
    `DO $$
     DECLARE
       v_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC' - interval '1 day' * ${daysAgo});
       v_name  text;
     BEGIN
       WHILE v_month < now() AT TIME ZONE 'UTC' LOOP
         v_name := to_char(v_month, '"audit_events_"YYYY_MM');
         IF to_regclass(v_name) IS NULL THEN
           EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING CONSTRAINTS, PRIMARY KEY (log_id, id))', v_name);
           EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name,
             first_event_id(v_month AT TIME ZONE 'UTC'), first_event_id((v_month + interval '1 month') AT TIME ZONE 'UTC'));
           EXECUTE format('ALTER TABLE %I OWNER TO bench_owner', v_name);
         END IF;
         v_month := v_month + interval '1 month';
       END LOOP;
     END $$`,
  );
}

/**
 * Adds events like those of reads to the logs of all tenants, in the order of their times, and leaves them to the service to
 * seal.
 */
export async function addEvents(database: pg.Client, span: Span): Promise<void> {
  for (let done = 0; done < span.events; done += EVENTS_AT_ONCE) {
    const { events, fromDaysAgo, untilDaysAgo } = span;
    const until = Math.min(done + EVENTS_AT_ONCE, events);
    await database.query(ADD, [done + 1, until, fromDaysAgo, (fromDaysAgo - untilDaysAgo) / events]);
  }
}

/** Holds the members of the body that record_events writes for a read. */
const BODY = `json_build_object('id', id, 'time', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'tenant_id', log_id, 'action', 'secret.read', 'key', key, 'secret_id', secret_id, 'version', 1, 'revision', 1,
  'outcome', 'ok', 'caller', json_build_object('actor_id', actor, 'actor_name', username, 'method', 'basic',
    'request_id', gen_random_uuid(), 'address', '10.20.30.40'), 'detail', NULL)`;

const ADD = `
  WITH tenant AS MATERIALIZED (
    SELECT t.id, u.id AS actor, u.username, row_number() OVER (ORDER BY t.name) - 1 AS place
    FROM tenants t JOIN tenant_users m ON m.tenant_id = t.id JOIN users u ON u.id = m.user_id
    WHERE t.name LIKE 'tenant-%'
  ),
  made AS MATERIALIZED (
    SELECT n, t.id AS log_id, at, t.actor, t.username, gen_random_uuid() AS secret_id,
           format('service.%s.password', n % 1000) AS key,
           (left(first_event_id(at)::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid AS id
    FROM generate_series($1::bigint, $2::bigint) AS n
    CROSS JOIN LATERAL (SELECT now() - interval '1 day' * ($3::float8 - n * $4::float8) AS at) AS a
    JOIN tenant t ON t.place = n % (SELECT count(*) FROM tenant)
  ),
  added AS (
    INSERT INTO audit_events (log_id, id, at, action, actor_id, key, secret_id, revision, outcome, body)
    SELECT log_id, id, at, 'secret.read', actor, key, secret_id, 1, 'ok', ${BODY} FROM made
  )
  INSERT INTO audit_pending (log_id, event_id) SELECT log_id, id FROM made ORDER BY n`;

/** Waits until the service has sealed everything. Returns the seconds. */
export async function untilSealed(database: pg.Client): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const { rows } = await database.query('SELECT FROM audit_pending LIMIT 1');
    if (rows.length === 0) return (performance.now() - begun) / 1_000;
    await sleep(500);
  }
}
