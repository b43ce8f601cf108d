import { SYSTEM_LOG } from '../../audit/audit-writer.js';

/** Holds the columns beside the text of an event, by which lists of events are filtered. */
export interface ListedColumns {
  readonly id: string;
  readonly log: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly action: string;
  readonly actor: string | null;
  readonly key: string | null;
  readonly secret: string | null;
  readonly revision: number | null;
  readonly outcome: string;
}

/** The version is in no column. Nothing that a caller gave can look like it, since a text has its quotation marks escaped. */
const VERSION = `substring(e.body from '"version" : (null|[0-9]+), "revision" : ')::json`;

/** The text that record_events would make of the columns, up to the id of the caller. */
const EXPECTED = `
  rtrim(json_build_object(
    'id', e.id, 'time', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'tenant_id', nullif(e.log_id, '${SYSTEM_LOG}'), 'action', e.action, 'key', e.key, 'secret_id', e.secret_id,
    'version', ${VERSION}, 'revision', e.revision, 'outcome', e.outcome
  )::text, '}') || ', "caller" : {"actor_id":' || coalesce(to_json(e.actor_id)::text, 'null') || ','`;

/**
 * Gives the columns of the event `e` where its text does not begin as they say. Nearly no event leaves the database with its
 * columns, which would cost more than the comparison; the text of such a one is to be parsed.
 */
export const UNEXPECTED_COLUMNS = `
  CASE WHEN NOT starts_with(e.body, ${EXPECTED}) THEN json_build_object(
    'id', e.id, 'log', e.log_id, 'at', (extract(epoch FROM e.at) * 1000)::float8, 'action', e.action, 'actor', e.actor_id,
    'key', e.key, 'secret', e.secret_id, 'revision', e.revision, 'outcome', e.outcome
  ) END`;

/** Returns the names of the columns that do not say what the text of the event says. */
export function misleadingColumns(body: string, columns: ListedColumns): string[] {
  const said = membersOf(body);
  const caller = Object(said.caller ?? {}) as Record<string, unknown>;
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ['id', said.id, columns.id],
    ['log_id', said.tenant_id ?? SYSTEM_LOG, columns.log],
    ['at', typeof said.time === 'string' ? Date.parse(said.time) : null, columns.at],
    ['action', said.action, columns.action],
    ['actor_id', caller.actor_id, columns.actor],
    ['key', said.key, columns.key],
    ['secret_id', said.secret_id, columns.secret],
    ['revision', said.revision, columns.revision],
    ['outcome', said.outcome, columns.outcome],
  ];
  return expected.filter(([, event, column]) => (event ?? null) !== column).map(([name]) => name);
}

/** Returns the members of the text of an event; none for any other text, of which somebody may have made an event. */
function membersOf(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
