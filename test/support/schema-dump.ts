import pg from 'pg';

const HEADER = `-- The schema of a fresh database, without monthly partitions, with the default names of the roles.
-- Generated from the catalogue by \`npm run schema:dump\`, and compared with a new database by a test. What the tables and
-- functions are for stands in src/database/schema.
`;

/** Matches our own objects. TypeORM's table exists only in a migrated database. */
const OURS = `c.relnamespace = 'public'::regnamespace AND c.relname <> 'schema_migrations'`;
const PRIVILEGES = `'{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,MAINTAIN,USAGE,CREATE,EXECUTE}'::text[]`;
const GRANTEE = `CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END`;
const GRANTED = `string_agg(g.privilege_type, ', ' ORDER BY array_position(${PRIVILEGES}, g.privilege_type))`;

/**
 * Returns the schema of a database as SQL that creates it again, with the same text on PostgreSQL 15 and 18. NOT NULL
 * is shown as a property of columns, since it became a constraint only in 18.
 */
export async function dumpSchema(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const parts = [HEADER];
    for (const query of [EXTENSIONS, SCHEMA_GRANTS, TYPES, TABLES, FOREIGN_KEYS, VIEWS, FUNCTIONS]) {
      const { rows } = await client.query<{ sql: string }>(query);
      parts.push(...rows.map(({ sql }) => `${sql.trim()}\n`));
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

/** Selects statements in the column `sql`, in order, like each of the following queries. */
const EXTENSIONS = `
  SELECT format(E'CREATE SCHEMA IF NOT EXISTS %1$I;\\nCREATE EXTENSION %2$I SCHEMA %1$I;', nspname, extname) AS sql
  FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql' ORDER BY extname`;

const SCHEMA_GRANTS = `
  SELECT string_agg(line, E'\\n' ORDER BY line) AS sql FROM (
    SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC;' AS line
    UNION ALL
    SELECT format('GRANT %s ON SCHEMA public TO %s;', ${GRANTED}, ${GRANTEE})
    FROM pg_namespace, aclexplode(nspacl) g WHERE nspname = 'public' AND g.grantee NOT IN (0, nspowner)
    GROUP BY g.grantee
  ) lines`;

const TYPES = `
  SELECT format(E'CREATE TYPE %I AS (\\n%s\\n);', c.relname, (
           SELECT string_agg(format('  %I %s', attname, format_type(atttypid, atttypmod)), E',\\n' ORDER BY attnum)
           FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)) AS sql
  FROM pg_class c WHERE ${OURS} AND c.relkind = 'c' ORDER BY c.relname`;

const COLUMNS = `
  SELECT string_agg(concat('  ', quote_ident(attname), ' ', format_type(atttypid, atttypmod),
           CASE WHEN attcollation <> typcollation THEN ' COLLATE ' || quote_ident(collname) END,
           ' DEFAULT ' || pg_get_expr(adbin, adrelid), CASE WHEN attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY' END, CASE WHEN attnotnull THEN ' NOT NULL' END),
           E',\\n' ORDER BY attnum)
  FROM pg_attribute JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_collation o ON o.oid = attcollation
    LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped`;

const LIKE_PARENT = `SELECT format('  LIKE %s', inhparent::regclass) FROM pg_inherits WHERE inhrelid = c.oid`;

const CONSTRAINTS = `
  SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s;', c.relname, conname, pg_get_constraintdef(oid)),
         array_position('{p,u,x,c}'::"char"[], contype), conname
  FROM pg_constraint WHERE conrelid = c.oid AND contype IN ('p', 'u', 'x', 'c')`;

const INDEXES = `
  SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') || ';', 10, indexrelid::regclass::text
  FROM pg_index JOIN pg_class i ON i.oid = indexrelid
  WHERE indrelid = c.oid AND NOT i.relispartition AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))`;

const ROW_SECURITY = `
  SELECT format('ALTER TABLE %I %s ROW LEVEL SECURITY;', c.relname, kind), 20, kind
  FROM (VALUES ('ENABLE', c.relrowsecurity), ('FORCE', c.relforcerowsecurity)) AS r (kind, active) WHERE active`;

const POLICIES = `
  SELECT concat(format('CREATE POLICY %I ON %I', polname, c.relname), CASE WHEN NOT polpermissive THEN ' AS RESTRICTIVE' END,
           ' FOR ', CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
           ' TO ', (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ' ORDER BY r::regrole::text)
                    FROM unnest(polroles) r),
           E'\\n  USING (' || pg_get_expr(polqual, polrelid) || ')',
           E'\\n  WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ';'), 30, polname
  FROM pg_policy WHERE polrelid = c.oid`;

const TABLE_GRANTS = `
  SELECT format('GRANT %s ON %I TO %s;', ${GRANTED}, c.relname, ${GRANTEE}), 40, ${GRANTEE}
  FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner GROUP BY g.grantee`;

const COLUMN_GRANTS = `
  SELECT format('GRANT %s (%s) ON %I TO %s;', g.privilege_type, string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           c.relname, ${GRANTEE}), 50, ${GRANTEE} || g.privilege_type
  FROM pg_attribute, aclexplode(attacl) g WHERE attrelid = c.oid GROUP BY g.grantee, g.privilege_type`;

const ATTACHED = `
  SELECT format('ALTER TABLE %s ATTACH PARTITION %I %s;', inhparent::regclass, c.relname, pg_get_expr(c.relpartbound, c.oid)),
         60, c.relname
  FROM pg_inherits WHERE inhrelid = c.oid`;

/** Matches tables that are part of the schema: a default partition is, the partitions of months are not. */
const PERMANENT = `(NOT c.relispartition OR pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT')`;

/** Selects each table with everything that belongs to it except foreign keys, which need the other table. */
const TABLES = `
  SELECT concat(format(E'CREATE%s TABLE %I (\\n', CASE relpersistence WHEN 'u' THEN ' UNLOGGED' END, c.relname),
           CASE WHEN c.relispartition THEN (${LIKE_PARENT}) ELSE (${COLUMNS}) END, E'\\n)', ' PARTITION BY ' || pg_get_partkeydef(c.oid),
           ' WITH (' || array_to_string(c.reloptions, ', ') || ')', E';\\n', (
             SELECT string_agg(line, E'\\n' ORDER BY kind, name) FROM (
               ${[CONSTRAINTS, INDEXES, ROW_SECURITY, POLICIES, TABLE_GRANTS, COLUMN_GRANTS, ATTACHED].join(' UNION ALL ')}
             ) AS lines (line, kind, name)
           )) AS sql
  FROM pg_class c WHERE ${OURS} AND c.relkind IN ('r', 'p') AND ${PERMANENT} ORDER BY c.relname`;

const FOREIGN_KEYS = `
  SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s;', c.relname, conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid
  WHERE ${OURS} AND contype = 'f' AND NOT c.relispartition ORDER BY conname`;

/** Selects the views. Before version 16, their columns are qualified even if there is only one table. */
const VIEWS = `
  SELECT concat(format(E'CREATE VIEW %I AS\\n', c.relname), regexp_replace(pg_get_viewdef(c.oid), '\\m[a-z_]+\\.', '', 'g'),
           E'\\n', (SELECT string_agg(line, E'\\n' ORDER BY name) FROM (${TABLE_GRANTS}) AS lines (line, kind, name))) AS sql
  FROM pg_class c WHERE ${OURS} AND c.relkind = 'v' ORDER BY c.relname`;

const FUNCTIONS = `
  SELECT concat(trim(E'\\n' FROM pg_get_functiondef(p.oid)), E';\\n',
           CASE WHEN proowner <> datdba AND prosecdef
             THEN format(E'ALTER FUNCTION %s OWNER TO %I;\\n', p.oid::regprocedure, pg_get_userbyid(proowner)) END,
           CASE WHEN NOT EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
             THEN format(E'REVOKE ALL ON FUNCTION %s FROM PUBLIC;\\n', p.oid::regprocedure) END,
           (SELECT string_agg(format('GRANT EXECUTE ON FUNCTION %s TO %s;', p.oid::regprocedure, ${GRANTEE}), E'\\n'
                              ORDER BY ${GRANTEE})
            FROM aclexplode(proacl) g WHERE g.grantee NOT IN (0, proowner))) AS sql
  FROM pg_proc p JOIN pg_database ON datname = current_database()
  WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
  ORDER BY proname, pg_get_function_identity_arguments(p.oid)`;
