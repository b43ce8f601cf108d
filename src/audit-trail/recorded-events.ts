import { SYSTEM_LOG } from '../audit/audit-writer.js';
import { nameProblem } from '../common/names/resource-name.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';

/**
 * Represents an event as it was recorded, with the name of its tenant. Its key and its detail are escaped already, by
 * `printable`; its caller is not.
 */
export interface RecordedEvent {
  readonly id: string;
  readonly time: string;
  readonly tenant_id: string | null;
  /** Is null in the system's log. The tenant may have been deleted in the meantime. */
  readonly tenant: string | null;
  readonly action: string;
  readonly key: string | null;
  readonly secret_id: string | null;
  readonly version: number | null;
  readonly revision: number | null;
  readonly outcome: string;
  readonly caller: {
    readonly actor_id: string | null;
    readonly actor_name: string | null;
    readonly method: string | null;
    readonly request_id: string | null;
    readonly address: string | null;
    /** Is missing where the caller gave none. */
    readonly reason?: string;
  } | null;
  readonly detail: Readonly<Record<string, string>> | null;
}

export interface EventFilter {
  /** Limits the events to those of one tenant, by name. */
  readonly tenant?: string | undefined;
  readonly action?: string | undefined;
  /** Names the user, or for a command the login on the machine. */
  readonly actor?: string | undefined;
  readonly key?: string | undefined;
  readonly limit: number;
}

interface Row {
  readonly tenant: string | null;
  readonly body: string;
}

/**
 * Takes the name of a tenant as $1, or NULL for every log. A name can be free again, so several tenants may have had
 * it.
 */
const LOGS = `
  SELECT id, name FROM tenants WHERE $1::text IS NULL OR name = $1 COLLATE "C"
  UNION ALL SELECT '${SYSTEM_LOG}'::uuid, NULL WHERE $1::text IS NULL`;

/** Reads the latest events of each log backwards by an index, so that it stops early. */
const LATEST = `
  SELECT log.name AS tenant, e.body
  FROM (${LOGS}) AS log CROSS JOIN LATERAL (
    SELECT id, body FROM audit_events
    WHERE log_id = log.id
      AND ($2::text IS NULL OR action = $2 COLLATE "C")
      AND ($3::text IS NULL OR key = $3 COLLATE "C")
      AND ($4::text IS NULL OR lower(body::json #>> '{caller,actor_name}') = lower($4)
           OR actor_id IN (SELECT id FROM users WHERE lower(username) = lower($4)))
    ORDER BY id DESC LIMIT $5
  ) AS e
  ORDER BY e.id DESC LIMIT $5`;

const BY_ID = `
  SELECT t.name AS tenant, e.body FROM audit_events e LEFT JOIN tenants t ON t.id = e.log_id
  WHERE e.id = $1 ORDER BY t.name NULLS FIRST`;

/** Compares the text first, since parsing every event would take longer. */
const BY_REQUEST = `
  SELECT t.name AS tenant, e.body FROM audit_events e LEFT JOIN tenants t ON t.id = e.log_id
  WHERE strpos(e.body, $1) > 0 AND e.body::json #>> '{caller,request_id}' = $1
  ORDER BY e.id, t.name NULLS FIRST`;

/** Matches the request ids that the service accepts or makes, none of which JSON escapes. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the audit trail of all logs. The service's login may not, so this needs a connection of the login that owns the
 * tables.
 */
export class RecordedEvents {
  constructor(private readonly owner: SqlConnection) {}

  /** Tells whether a tenant has, or once had, that name. */
  async hasLog(tenant: string): Promise<boolean> {
    if (nameProblem(tenant) !== undefined) return false;
    const rows = await this.owner.query<unknown[]>('SELECT FROM tenants WHERE name = $1 LIMIT 1', [tenant]);
    return rows.length > 0;
  }

  /** Returns the latest events, the newest first. */
  async latest({ tenant, action, key, actor, limit }: EventFilter): Promise<RecordedEvent[]> {
    const values = [tenant, action, key, actor].map((text) => text?.replaceAll('\0', '') ?? null);
    return eventsOf(await this.owner.query<Row[]>(LATEST, [...values, limit]));
  }

  /** Returns the event of that id, from each log that it was recorded in. */
  async find(id: string): Promise<RecordedEvent[]> {
    return UUID.test(id) ? eventsOf(await this.owner.query<Row[]>(BY_ID, [id])) : [];
  }

  /** Returns all events of a request, in the order in which they were made. Reads the whole trail. */
  async ofRequest(requestId: string): Promise<RecordedEvent[]> {
    if (!REQUEST_ID.test(requestId)) return [];
    return eventsOf(await this.owner.query<Row[]>(BY_REQUEST, [requestId]));
  }

  /** Returns the events with the names that users have now where only their ids were recorded. */
  async withNames(events: readonly RecordedEvent[]): Promise<RecordedEvent[]> {
    const ids = events.flatMap(({ caller }) => (caller?.actor_name === null ? [caller.actor_id] : []));
    const rows = await this.owner.query<{ id: string; username: string }[]>(
      'SELECT id, username FROM users WHERE id = ANY ($1::uuid[])',
      [ids.filter((id) => id !== null)],
    );
    const names = new Map(rows.map(({ id, username }) => [id, username]));
    return events.map((event) => {
      const { caller } = event;
      const name = caller?.actor_name ?? names.get(caller?.actor_id ?? '') ?? null;
      return caller === null ? event : { ...event, caller: { ...caller, actor_name: name } };
    });
  }
}

function eventsOf(rows: readonly Row[]): RecordedEvent[] {
  return rows.map(({ tenant, body }) => {
    const { id, time, tenant_id, ...rest } = JSON.parse(body) as Omit<RecordedEvent, 'tenant'>;
    return { id, time, tenant_id, tenant, ...rest };
  });
}
