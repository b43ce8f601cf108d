/**
 * Row-level security for a tenant-owned table: the service's login sees and writes the rows of the tenant that its
 * transaction names in `app.tenant`, and none where it names none (a reused connection holds '', not NULL).
 */
export function tenantPolicy(table: string, column: string): string {
  const own = `${column} = nullif(current_setting('app.tenant', true), '')::uuid`;
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenant_rows ON ${table} USING (${own}) WITH CHECK (${own});
  `;
}

/** Lets the definer functions' owner look across tenants in this table; each of them takes the tenant as an argument. */
export function readerPolicy(table: string, reader: string): string {
  return `CREATE POLICY reader_rows ON ${table} FOR SELECT TO ${reader} USING (true);`;
}
