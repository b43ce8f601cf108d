import type { DataSource } from 'typeorm';
import { NIL_UUID } from '../../common/ids.js';
import { databaseCall } from '../connection/driver-error.js';
import { poolOf, type NamedStatement } from '../named-query.js';
import { declaredFunctions, declaredTableGrants } from '../schema/declared-statements.js';
import {
  missingRights,
  readOnlyProblem,
  refusalOf,
  WRITABILITY,
  type Writability,
} from './serving-problems.js';

interface Facts extends Writability {
  readonly missing: string[];
}

/**
 * Tells what prevents the service's login from serving: the kind of database, and rights that it or the reader lacks.
 */
const FACTS = `
  SELECT ${WRITABILITY}, ARRAY(
    SELECT concat(g.privilege, ' on ', g.object)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS g (role, privilege, object, "column")
    CROSS JOIN LATERAL (SELECT to_regclass(g.object) AS id, to_regrole(quote_ident(coalesce(g.role, current_user))) AS role) r
    WHERE NOT coalesce(CASE WHEN g."column" IS NULL THEN has_table_privilege(r.role, r.id, g.privilege)
                            ELSE has_column_privilege(r.role, r.id, g."column", g.privilege) END, false)
    UNION
    SELECT concat('EXECUTE on ', f.name) FROM unnest($5::text[]) AS f (name)
    WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = f.name
                        AND has_function_privilege(p.oid, 'EXECUTE'))
    ORDER BY 1
  ) AS missing`;

/**
 * Calls the functions of requests with nothing to do. They check their rights and run their statements all the same.
 */
const CALLS = `
  SELECT (SELECT count(*) FROM find_identities('{}', '{}', '{}', '{}', '{}')),
         (SELECT count(*) FROM read_secrets('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')),
         (SELECT count(*) FROM read_secrets_in_bulk(
            '${NIL_UUID}', '${NIL_UUID}', false, '{}', NULL, NULL, NULL, 1, 1, false, '', NULL, NULL)),
         (SELECT count(*) FROM find_secrets('{}', '{}')),
         (SELECT count(*) FROM insert_secrets('[]', '{}', '{}', true)),
         (SELECT count(*) FROM update_secrets('[]', '{}', '{}', true)),
         (SELECT count(*) FROM remove_secrets('[]', '{}', '{}', true)),
         (SELECT count(*) FROM restore_secrets('[]', '{}', '{}', true)),
         (SELECT count(*) FROM purge_secrets('[]', '{}', '{}', true)),
         (SELECT count(*) FROM find_trash('${NIL_UUID}', '${NIL_UUID}')),
         (SELECT count(*) FROM read_secret_version('${NIL_UUID}', '', 1, NULL, '${NIL_UUID}', false, NULL, NULL, NULL)),
         (SELECT count(*) FROM destroy_secret_versions('[]', '{}', '{}', true)),
         reseal_secret_versions('${NIL_UUID}', '{}', '{}', '{}', '{}'),
         (SELECT count(*) FROM search_secret_keys('{}', '{}', '${NIL_UUID}', '%key%', 1, false)),
         (SELECT count(*) FROM search_secret_labels('{}', '{}', '${NIL_UUID}', '{}', '{}', 1, false)),
         audit_event_exists('${NIL_UUID}', '${NIL_UUID}'),
         record_events('{}'),
         count_refused_logins('{}', '{}'),
         unlock_login(''),
         login_succeeded('', '', false)`;

/** Writes an event of several pages, which a full disk refuses. The caller rolls it back. */
const LARGE_EVENT = `
  SELECT record_events(ARRAY[ROW(
    '${NIL_UUID}', new_event_id(), 'login.refused', NULL, NULL, NULL, NULL, 'refused', NULL,
    (SELECT json_agg(gen_random_uuid()) FROM generate_series(1, 2000))
  )::audit_entry])`;

/**
 * Asks the database whether it can serve requests, without writing anything: whether it can be written to, whether the
 * service has its rights, and whether the functions of requests run.
 */
export class ServingQuestion {
  private readonly facts: NamedStatement;

  /** @param dataSource has one connection, which nothing else uses */
  constructor(
    private readonly dataSource: DataSource,
    readerRole: string,
  ) {
    this.facts = { name: 'serving_facts', text: FACTS, values: rightsNeeded(readerRole) };
  }

  /**
   * Returns the problem, with its cure, in one line for the operator; undefined if requests can be served.
   * @throws the driver's error when the database does not answer
   */
  async ask(): Promise<string | undefined> {
    try {
      const [facts] = (await this.query(this.facts)) as [Facts];
      const problem = readOnlyProblem(facts) ?? missingRights(facts.missing);
      if (problem === undefined) await this.query({ name: 'serving_calls', text: CALLS, values: [] });
      return problem;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /**
   * Writes several pages and takes them back. Only for a database that lately refused to write for lack of space.
   * @returns as `ask`
   * @throws as `ask`
   */
  async askForSpace(): Promise<string | undefined> {
    const client = await databaseCall(() => poolOf(this.dataSource).connect());
    try {
      for (const statement of ['BEGIN', LARGE_EVENT, 'ROLLBACK'])
        await databaseCall(() => client.query(statement));
      client.release();
      return undefined;
    } catch (error) {
      // Ends the transaction with the connection.
      client.release(true);
      return refusalOf(error);
    }
  }

  private async query(statement: NamedStatement): Promise<unknown[]> {
    const { rows } = await databaseCall(() => poolOf(this.dataSource).query({ ...statement }));
    return rows as unknown[];
  }
}

/** Returns the rights of the service's own login (as the role NULL) and of the reader, in columns. */
function rightsNeeded(readerRole: string): unknown[] {
  // The tables that record migrations are read by starts, not by requests.
  const grants = declaredTableGrants().filter(({ object }) => !object.startsWith('schema_'));
  const callable = declaredFunctions().filter(({ callers }) => callers.includes('app_role'));
  return [
    grants.map(({ role }) => (role === 'app_role' ? null : readerRole)),
    grants.map(({ privilege }) => privilege),
    grants.map(({ object }) => object),
    grants.map(({ column }) => column),
    callable.map(({ name }) => name),
  ];
}
