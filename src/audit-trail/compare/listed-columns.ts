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

/**
 * Takes the version, which is in no column, from the text. Nothing that a caller gave can look like its name, since a text has its
 * quotation marks escaped. A regular expression would cost six times as much.
 */
const VERSION = `split_part(substr(e.body, strpos(e.body, '"version" : ') + 12, 11), ',', 1)`;

const quoted = (id: string): string => `coalesce('"' || ${id} || '"', 'null')`;

/** Makes the text that record_events would make of the columns, up to the id of the caller. */
const EXPECTED = `concat(
  '{"id" : ', ${quoted('e.id')}, ', "time" : "', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  '", "tenant_id" : ', ${quoted(`nullif(e.log_id, '${SYSTEM_LOG}')`)}, ', "action" : ', to_json(e.action),
  ', "key" : ', coalesce(to_json(e.key)::text, 'null'), ', "secret_id" : ', ${quoted('e.secret_id')},
  ', "version" : ', ${VERSION}, ', "revision" : ', coalesce(e.revision::text, 'null'),
  ', "outcome" : ', to_json(e.outcome), ', "caller" : {"actor_id":', ${quoted('e.actor_id')}, ',')`;

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
