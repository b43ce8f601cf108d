import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';

const IN_THE_WAY = 'secrets_in_the_way(uuid[], text[], boolean[])';

/**
 * Locks of keys by 1,024 buckets of their hash: an import locks all its keys, and the server's table of locks has no
 * room for a hundred thousand. Keys that share a bucket wait for each other only where one becomes global.
 */
export class LockKeysInBuckets1790000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(BUCKET);
    await runner.query(LOCK);
    await runner.query(`
      REVOKE ALL ON FUNCTION secret_key_bucket, lock_secret_keys FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION secret_key_bucket, lock_secret_keys TO ${roles.app}, ${roles.reader};
    `);
    await runner.query(keyTaken('secret_key_bucket(p_key)'));
    await runner.query(SECRETS_IN_THE_WAY);
    await runner.query(definerFunction(IN_THE_WAY, roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(keyTaken(`hashtextextended('secret key ' || p_key, 0)`));
    await runner.query('DROP FUNCTION secrets_in_the_way, lock_secret_keys, secret_key_bucket');
  }
}

const BUCKET = `
  CREATE FUNCTION secret_key_bucket(p_key text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended('secret key bucket ' || (hashtextextended(p_key COLLATE "C", 0) & 1023), 0)
  $$;
`;

/** In the order of the buckets, so that two who lock many do not wait in a circle; exclusive where a key is to be global. */
const LOCK = `
  CREATE FUNCTION lock_secret_keys(p_keys text[], p_globals boolean[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_bucket record;
  BEGIN
    FOR v_bucket IN
      SELECT secret_key_bucket(k.key) AS id, bool_or(k.global) AS exclusive
      FROM unnest(p_keys, p_globals) AS k (key, global) GROUP BY 1 ORDER BY 1
    LOOP
      IF v_bucket.exclusive THEN
        PERFORM pg_advisory_xact_lock(v_bucket.id);
      ELSE
        PERFORM pg_advisory_xact_lock_shared(v_bucket.id);
      END IF;
    END LOOP;
  END
  $$;
`;

/**
 * Whether another tenant stands in the way of a key: by a global secret of it, or, where a global one is wanted, by any.
 * Until the transaction ends nobody else can make the key global (or, where a global one is wanted, use it at all), so
 * the answer holds.
 */
function keyTaken(lock: string): string {
  return `
    CREATE OR REPLACE FUNCTION secret_key_taken(p_tenant uuid, p_key text, p_global boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
      IF p_global THEN
        PERFORM pg_advisory_xact_lock(${lock});
      ELSE
        PERFORM pg_advisory_xact_lock_shared(${lock});
      END IF;
      RETURN EXISTS (
        SELECT FROM secrets s WHERE s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant AND s.visibility = 'global'
      ) OR p_global AND EXISTS (
        SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
      );
    END
    $$;
  `;
}

/**
 * The same for many keys, for who holds their locks: the ordinals of those in whose way another tenant stands, and
 * whether it is by a global secret.
 */
const SECRETS_IN_THE_WAY = `
  CREATE FUNCTION secrets_in_the_way(p_tenants uuid[], p_keys text[], p_globals boolean[])
  RETURNS TABLE (ordinal integer, by_global boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.ordinal::integer, k.by_global FROM (
      SELECT w.ordinal, w.tenant_id, w.key, w.global, EXISTS (
        SELECT FROM secrets s WHERE s.visibility = 'global' AND s.key = w.key COLLATE "C" AND s.tenant_id <> w.tenant_id
      ) AS by_global
      FROM unnest(p_tenants, p_keys, p_globals) WITH ORDINALITY AS w (tenant_id, key, global, ordinal)
    ) k
    WHERE k.by_global OR k.global AND EXISTS (
      SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = k.key COLLATE "C" WHERE t.id <> k.tenant_id
    )
  $$;
`;
