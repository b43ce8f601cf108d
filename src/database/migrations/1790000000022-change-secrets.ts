import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

const FUNCTIONS = 'find_secrets, change_secrets, delete_secret';

/** Changes and deletions without a lock between the look and the act: what was seen is compared when it is replaced. */
export class ChangeSecrets1790000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(FIND_SECRETS);
    await runner.query(CHANGE_SECRETS);
    await runner.query(DELETE_SECRET);
    await runner.query(`
      REVOKE ALL ON FUNCTION ${FUNCTIONS} FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION ${FUNCTIONS} TO ${app};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION ${FUNCTIONS}`);
  }
}

const PLANS = `
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off`;

/**
 * Secrets as they are stored, for those who are about to change them, each under its tenant's policy. Not recorded: the
 * act is. An answer without an id means that there is none in the tenant, and says whether there is a global one elsewhere.
 */
const FIND_SECRETS = `
  CREATE FUNCTION find_secrets(p_tenants uuid[], p_keys text[])
  RETURNS TABLE (
    ordinal integer, is_foreign boolean, id uuid, version integer, revision integer, value bytea, visibility text,
    is_hidden_value boolean, schema json, provider_name text, provider_options bytea, created_by uuid, creator text,
    created_at timestamptz, updated_at timestamptz
  ) LANGUAGE plpgsql VOLATILE ${PLANS} AS $$
  #variable_conflict use_column
  DECLARE
    v_asked record;
  BEGIN
    FOR v_asked IN SELECT * FROM unnest(p_tenants, p_keys) WITH ORDINALITY AS w (tenant_id, key, ordinal) LOOP
      PERFORM set_config('app.tenant', v_asked.tenant_id::text, true);
      RETURN QUERY
      SELECT v_asked.ordinal::integer, false, s.id, s.version, s.revision, s.value, s.visibility, s.is_hidden_value, s.schema,
             s.provider_name, s.provider_options, s.created_by, u.username, s.created_at, s.updated_at
      FROM secrets s JOIN users u ON u.id = s.created_by
      WHERE s.tenant_id = v_asked.tenant_id AND s.key = v_asked.key COLLATE "C";
      CONTINUE WHEN FOUND;
      ordinal := v_asked.ordinal;
      is_foreign := EXISTS (
        SELECT FROM secrets g
        WHERE g.visibility = 'global' AND g.key = v_asked.key COLLATE "C" AND g.tenant_id <> v_asked.tenant_id
      );
      RETURN NEXT;
    END LOOP;
  END
  $$;
`;

/**
 * Changes secrets and records each, under its tenant's policy. Outcomes: `ok`; `stale`, with nothing done and nothing
 * recorded, where the secret is no longer as it was seen, or the user who is to have it is gone; `conflict` where it is
 * to be global and another tenant has the key; `no_tenant`, unrecorded, where it is to be global and the tenant is gone.
 * Locks are taken tenant by tenant and secret by secret; what cannot be had within 50 ms fails the whole call, unless
 * it is made for one alone.
 * @param p_revisions what was seen
 * @param p_values, p_options with their generations; NULL leaves the value, and the options unless they are replaced
 * @param p_widens whether it becomes global
 * @param p_owners NULL leaves the secret to whose it is
 */
const CHANGE_SECRETS = `
  CREATE FUNCTION change_secrets(
    p_tenants uuid[], p_users uuid[], p_ids uuid[], p_keys text[], p_revisions integer[], p_values bytea[],
    p_generations integer[], p_visibilities text[], p_widens boolean[], p_hidden boolean[], p_replaces_options boolean[],
    p_options bytea[], p_options_generations integer[], p_owners uuid[], p_events uuid[], p_callers json[],
    p_details json[], p_alone boolean
  ) RETURNS TABLE (ordinal integer, outcome text, version integer, revision integer, updated_at timestamptz)
  LANGUAGE plpgsql VOLATILE ${PLANS} AS $$
  #variable_conflict use_column
  DECLARE
    w record;
    v_at timestamptz(3) := clock_timestamp();
    v_taken boolean;
    v_size integer[] := ARRAY[cardinality(p_ids)];
    v_outcomes text[] := array_fill('stale'::text, v_size);
    v_versions integer[] := array_fill(NULL::integer, v_size);
    v_revisions integer[] := v_versions;
    v_times timestamptz[] := array_fill(NULL::timestamptz, v_size);
  BEGIN
    IF NOT p_alone THEN
      PERFORM set_config('lock_timeout', '50ms', true);
    END IF;
    FOR w IN
      SELECT * FROM unnest(
        p_tenants, p_users, p_ids, p_keys, p_revisions, p_values, p_generations, p_visibilities, p_widens, p_hidden,
        p_replaces_options, p_options, p_options_generations, p_owners
      ) WITH ORDINALITY AS w (
        tenant_id, user_id, id, key, seen, value, generation, visibility, widens, hidden, replaces_options, options,
        options_generation, owner, ordinal
      ) ORDER BY w.tenant_id, w.id
    LOOP
      v_taken := false;
      IF w.owner IS NOT NULL THEN
        PERFORM FROM users u WHERE u.id = w.owner AND u.deleted_at IS NULL FOR SHARE;
        CONTINUE WHEN NOT FOUND;
      END IF;
      IF w.widens THEN
        v_taken := secret_key_taken(w.tenant_id, w.key, true);
        PERFORM FROM tenants t WHERE t.id = w.tenant_id AND t.deleted_at IS NULL FOR KEY SHARE;
        IF NOT FOUND THEN
          v_outcomes[w.ordinal] := 'no_tenant';
          CONTINUE;
        END IF;
      END IF;

      PERFORM set_config('app.tenant', w.tenant_id::text, true);
      IF v_taken THEN
        PERFORM FROM secrets s WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND s.revision = w.seen FOR UPDATE;
      ELSE
        UPDATE secrets AS s SET
          visibility = w.visibility,
          is_hidden_value = w.hidden,
          created_by = coalesce(w.owner, s.created_by),
          provider_options = CASE WHEN w.replaces_options THEN w.options ELSE s.provider_options END,
          provider_options_generation =
            CASE WHEN w.replaces_options THEN w.options_generation ELSE s.provider_options_generation END,
          revision = s.revision + 1,
          updated_at = greatest(clock_timestamp(), s.updated_at),
          value = coalesce(w.value, s.value),
          key_generation = coalesce(w.generation, s.key_generation),
          version = s.version + (w.value IS NOT NULL)::integer,
          version_created_by = CASE WHEN w.value IS NULL THEN s.version_created_by ELSE w.user_id END,
          version_created_at = CASE WHEN w.value IS NULL THEN s.version_created_at ELSE clock_timestamp() END
        WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND s.revision = w.seen
        RETURNING s.version, s.revision, s.updated_at
        INTO version, revision, updated_at;
      END IF;
      CONTINUE WHEN NOT FOUND;
      v_outcomes[w.ordinal] := CASE WHEN v_taken THEN 'conflict' ELSE 'ok' END;
      CONTINUE WHEN v_taken;
      v_versions[w.ordinal] := version;
      v_revisions[w.ordinal] := revision;
      v_times[w.ordinal] := updated_at;
    END LOOP;

    INSERT INTO audit_events (log_id, id, at, body)
    SELECT set_config('app.tenant', e.tenant_id::text, true)::uuid, e.id, v_at,
           audit_body(e.id, v_at, e.tenant_id, 'secret.update', e.key, e.version, e.outcome, e.caller, e.detail)
    FROM unnest(p_tenants, p_keys, p_events, p_callers, p_details, v_outcomes, v_versions)
      AS e (tenant_id, key, id, caller, detail, outcome, version)
    WHERE e.outcome IN ('ok', 'conflict');

    RETURN QUERY
    SELECT e.ordinal::integer, e.outcome, e.version, e.revision, e.updated_at
    FROM unnest(v_outcomes, v_versions, v_revisions, v_times) WITH ORDINALITY
      AS e (outcome, version, revision, updated_at, ordinal);
  END
  $$;
`;

/** Deletes a secret that is still as it was seen, and records it; `stale`, with nothing done, where it is not. */
const DELETE_SECRET = `
  CREATE FUNCTION delete_secret(
    p_tenant uuid, p_id uuid, p_key text, p_revision integer, p_version integer, p_event uuid, p_caller json
  ) RETURNS TABLE (outcome text) LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM set_config('app.tenant', p_tenant::text, true);
    DELETE FROM secrets s WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.revision = p_revision;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF FOUND THEN
      PERFORM audit_append(p_tenant, p_event, 'secret.delete', p_key, p_version, 'ok', p_caller, NULL);
    END IF;
    RETURN NEXT;
  END
  $$;
`;
