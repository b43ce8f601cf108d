import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

/**
 * The throttle of guesses: counters by name and source, and a slower ceiling by name alone (source '*'). `name_key` is
 * the SHA-256 of the normalised name, known or not, so that what people type into the wrong field is not kept.
 */
export class CreateLoginFailures1790000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(TABLE);
    await runner.query(SWEEP);
    await runner.query(RESERVE);
    await runner.query(SUCCEEDED);
    await runner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO ${app};
      REVOKE ALL ON FUNCTION login_sweep, login_reserve, login_succeeded FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION login_sweep, login_reserve, login_succeeded TO ${app};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION login_succeeded, login_reserve, login_sweep;
      DROP TABLE login_failures;
    `);
  }
}

const TABLE = `
  CREATE TABLE login_failures (
    name_key bytea NOT NULL,
    source text COLLATE "C" NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    locks integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    locked_at timestamptz,
    locked_until timestamptz,
    trusted_until timestamptz,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_login_failures PRIMARY KEY (name_key, source),
    CONSTRAINT ck_login_failures_name_key CHECK (octet_length(name_key) = 32)
  );
  CREATE INDEX ix_login_failures_expires_at ON login_failures (expires_at);
`;

/**
 * Deletes up to p_limit expired counters, the oldest first, and returns how many. The guesses that they refused go on
 * record as one count for each.
 */
const SWEEP = `
  CREATE FUNCTION login_sweep(p_limit integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_row record;
    v_deleted integer := 0;
  BEGIN
    PERFORM set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
    FOR v_row IN
      DELETE FROM login_failures f USING (
        SELECT name_key, source FROM login_failures WHERE expires_at <= clock_timestamp()
        ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
      ) old
      WHERE f.name_key = old.name_key AND f.source = old.source
      RETURNING f.source, f.refused
    LOOP
      v_deleted := v_deleted + 1;
      CONTINUE WHEN v_row.refused = 0;
      PERFORM audit_append('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'login.refused', NULL, NULL,
                           'refused', json_build_object('address', v_row.source), json_build_object('count', v_row.refused));
    END LOOP;
    RETURN v_deleted;
  END
  $$;
`;

/**
 * Reserves one verification before it is made. Verdicts: 'allowed' (with \`locks\` when a failure of this attempt locks
 * the pair), 'locked' (\`fresh\` within a second), 'ceiling'. The fifth reservation of a pair locks it for a minute, doubling to fifteen; thirty
 * of a name in fifteen minutes close it to sources that have not logged in before.
 */
const RESERVE = `
  CREATE FUNCTION login_reserve(p_name_key bytea, p_source text)
  RETURNS TABLE (verdict text, locks boolean, fresh boolean) LANGUAGE plpgsql VOLATILE AS $$
  #variable_conflict use_column
  DECLARE
    v_now timestamptz := clock_timestamp();
    v_pair login_failures;
  BEGIN
    IF EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = '*' AND failures >= 30
                 AND expires_at > v_now)
       AND NOT EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = p_source
                 AND trusted_until > v_now) THEN
      UPDATE login_failures SET refused = refused + 1 WHERE name_key = p_name_key AND source = '*';
      RETURN QUERY SELECT 'ceiling', false, false;
      RETURN;
    END IF;

    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, p_source, 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 WHEN f.failures + 1 >= 5 THEN 0 ELSE f.failures + 1 END,
      locks = CASE WHEN f.expires_at <= v_now THEN 0 WHEN f.failures + 1 >= 5 THEN f.locks + 1 ELSE f.locks END,
      locked_at = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5 THEN v_now END,
      locked_until = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5
        THEN v_now + least(interval '1 minute' * power(2, least(f.locks, 10)), interval '15 minutes') END,
      expires_at = greatest(f.expires_at, v_now + interval '1 hour')
    WHERE f.locked_until IS NULL OR f.locked_until <= v_now
    RETURNING f.* INTO v_pair;
    IF NOT FOUND THEN
      UPDATE login_failures SET refused = refused + 1 WHERE name_key = p_name_key AND source = p_source
      RETURNING * INTO v_pair;
      RETURN QUERY SELECT 'locked', false, coalesce(v_pair.locked_at > v_now - interval '1 second', false);
      RETURN;
    END IF;

    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, '*', 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
      expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
    WHERE f.expires_at <= v_now OR f.failures < 30 OR v_pair.trusted_until > v_now;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'ceiling', false, false;
      RETURN;
    END IF;
    RETURN QUERY SELECT 'allowed', v_pair.locked_until IS NOT NULL, false;
  END
  $$;
`;

/**
 * The right password clears its pair, gives its reservation back, and makes the source known for thirty days. What the
 * pair refused before goes on record now.
 */
const SUCCEEDED = `
  CREATE FUNCTION login_succeeded(p_name_key bytea, p_source text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_refused integer;
  BEGIN
    SELECT refused INTO v_refused FROM login_failures
    WHERE name_key = p_name_key AND source = p_source FOR UPDATE;
    IF v_refused > 0 THEN
      PERFORM set_config('app.tenant', '00000000-0000-0000-0000-000000000000', true);
      PERFORM audit_append('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'login.refused', NULL, NULL,
                           'refused', json_build_object('address', p_source), json_build_object('count', v_refused));
    END IF;
    UPDATE login_failures SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL, refused = 0,
      trusted_until = clock_timestamp() + interval '30 days', expires_at = clock_timestamp() + interval '30 days'
    WHERE name_key = p_name_key AND source = p_source;
    UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE name_key = p_name_key AND source = '*';
  END
  $$;
`;
