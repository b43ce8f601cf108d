import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';
import { readerPolicy, tenantPolicy } from './tenant-policy.js';

/**
 * The audit trail's events. A log is a tenant's (its id) or the system's (the nil UUID). `body` is the event: its text
 * is built once, here, and never rewritten; the columns beside it are indexes only.
 */
export class CreateAuditEvents1790000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      CREATE TABLE audit_events (
        log_id uuid NOT NULL,
        id uuid NOT NULL,
        at timestamptz(3) NOT NULL,
        body text NOT NULL,
        CONSTRAINT pk_audit_events PRIMARY KEY (log_id, id)
      );
      ${tenantPolicy('audit_events', 'log_id')}
      ${readerPolicy('audit_events', roles.reader)}
      CREATE POLICY reader_appends ON audit_events FOR INSERT TO ${roles.reader} WITH CHECK (true);
      GRANT INSERT ON audit_events TO ${roles.app};
      GRANT SELECT, INSERT ON audit_events TO ${roles.reader};
    `);
    await runner.query(BODY);
    await runner.query(APPEND);
    await runner.query(EXISTS);
    await runner.query(`
      REVOKE ALL ON FUNCTION audit_body, audit_append FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION audit_body, audit_append TO ${roles.app}, ${roles.reader};
    `);
    await runner.query(definerFunction('audit_event_exists(uuid, uuid)', roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION audit_event_exists, audit_append, audit_body;
      DROP TABLE audit_events;
    `);
  }
}

const BODY = `
  CREATE FUNCTION audit_body(
    p_id uuid, p_at timestamptz, p_log uuid, p_action text, p_key text, p_version integer, p_outcome text, p_caller json,
    p_detail json
  ) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
      'id', p_id,
      'time', to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'tenant_id', nullif(p_log, '00000000-0000-0000-0000-000000000000'),
      'action', p_action,
      'key', p_key,
      'version', p_version,
      'outcome', p_outcome,
      'caller', p_caller,
      'detail', p_detail
    )::text
  $$;
`;

const APPEND = `
  CREATE FUNCTION audit_append(
    p_log uuid, p_id uuid, p_action text, p_key text, p_version integer, p_outcome text, p_caller json,
    p_detail json
  ) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_at timestamptz(3) := clock_timestamp();
  BEGIN
    INSERT INTO audit_events (log_id, id, at, body)
    VALUES (p_log, p_id, v_at,
            audit_body(p_id, v_at, p_log, p_action, p_key, p_version, p_outcome, p_caller, p_detail));
  END
  $$;
`;

/** After a lost connection a write looks its event up: there means committed. */
const EXISTS = `
  CREATE FUNCTION audit_event_exists(p_log uuid, p_id uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM audit_events WHERE log_id = p_log AND id = p_id)
  $$;
`;
