import pg from 'pg';

/** Returns the schema as sorted lines, one for each object that migrations create. Equal lists mean equal schemas. */
export async function catalogue(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await catalogueOf(client);
  } finally {
    await client.end();
  }
}

/** Returns the same through the given connection, including the changes of its open transaction. */
export async function catalogueOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    Object.entries(QUERIES)
      .map(([kind, text]) => `SELECT concat_ws(' | ', '${kind}', ${text}`)
      .join(' UNION ALL '),
  );
  return rows.map(({ line }) => line).sort();
}

const HERE = `'public'::regnamespace`;

/**
 * Holds the queries, each of which continues `SELECT concat_ws(' | ', kind, `. They omit object ids and positions,
 * which depend on the order of creation.
 */
const QUERIES = {
  schema: `nspname, pg_get_userbyid(nspowner)) AS line FROM pg_namespace
    WHERE nspname !~ '^(pg_|information_schema$)'`,
  'schema grant': `nspname, ${grantOf('a')}) FROM pg_namespace, ${exploded('nspacl', 'n', 'nspowner')}
    WHERE oid = ${HERE}`,
  extension: `extname, extversion) FROM pg_extension`,
  type: `typname, typtype, format_type(typbasetype, typtypmod)) FROM pg_type t
    WHERE typnamespace = ${HERE} AND typtype IN ('d', 'e', 'r')`,
  relation: `relname, relkind, relpersistence, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity,
      reloptions) FROM pg_class WHERE relnamespace = ${HERE}`,
  'relation grant': `relname, ${grantOf('a')}) FROM pg_class c,
      ${exploded('relacl', "CASE relkind WHEN 'S' THEN 's' ELSE 'r' END", 'relowner')}
    WHERE relnamespace = ${HERE} AND relkind IN ('r', 'p', 'v', 'm', 'S')`,
  column: `c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY attnum), attname,
      format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, collname,
      pg_get_expr(adbin, adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_collation o ON o.oid = attcollation
      LEFT JOIN pg_attrdef d ON (adrelid, adnum) = (attrelid, attnum)
    WHERE relnamespace = ${HERE} AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped`,
  'column grant': `relname, attname, ${grantOf('g')})
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid, aclexplode(attacl) g WHERE relnamespace = ${HERE}`,
  constraint: `conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated, condeferrable)
    FROM pg_constraint WHERE connamespace = ${HERE}`,
  index: `pg_get_indexdef(indexrelid), indisvalid, indisunique, indisreplident)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = ${HERE}`,
  policy: `polrelid::regclass, polname, polcmd, polpermissive, (SELECT string_agg(r::regrole::text, ',' ORDER BY 1)
      FROM unnest(polroles) r), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy`,
  function: `oid::regprocedure, pg_get_userbyid(proowner), pg_get_functiondef(oid)) FROM pg_proc
    WHERE pronamespace = ${HERE} AND prokind IN ('f', 'p')`,
  'function grant': `p.oid::regprocedure, ${grantOf('a')}) FROM pg_proc p, ${exploded('proacl', 'f', 'proowner')}
    WHERE pronamespace = ${HERE}`,
  trigger: `pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t WHERE NOT tgisinternal`,
  rule: `pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class WHERE relnamespace = ${HERE}`,
  sequence: `seqrelid::regclass, format_type(seqtypid, NULL), seqstart, seqincrement, seqmax, seqmin, seqcycle)
    FROM pg_sequence`,
  'default grant': `defaclobjtype, pg_get_userbyid(defaclrole), defaclacl) FROM pg_default_acl`,
  permission: `role, permission) FROM role_permissions`,
};

/** Returns the SQL that expands an access list into rows; a missing list stands for the default of its kind. */
function exploded(list: string, kind: string, owner: string): string {
  const of = kind.length === 1 ? `'${kind}'` : kind;
  return `aclexplode(coalesce(${list}, acldefault((${of})::"char", ${owner}))) a`;
}

function grantOf(grant: string): string {
  return `CASE ${grant}.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(${grant}.grantee) END,
    ${grant}.privilege_type, ${grant}.is_grantable, pg_get_userbyid(${grant}.grantor)`;
}
