import { FUNCTIONS, TABLES } from './schema-files.js';
import { readSchemaFile } from './read-schema.js';

/** Returns the statements of a text without comments. Only for files of tables: bodies of functions hold semicolons. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/--.*$/gm, '')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Describes a statement of the schema's files. */
export interface DeclaredStatement {
  readonly kind: 'table' | 'view' | 'type' | 'index' | 'row security' | 'policy' | 'grant' | 'other';
  /** The name of what the statement makes; for a grant and row security, the table. */
  readonly name: string;
  /** The table that it belongs to. */
  readonly table: string;
  /** The statement, with variables not yet replaced. */
  readonly sql: string;
}

const KINDS: readonly (readonly [DeclaredStatement['kind'], RegExp])[] = [
  ['table', /^CREATE TABLE (?<name>\w+)/],
  ['view', /^CREATE VIEW (?<name>\w+)/],
  ['type', /^CREATE TYPE (?<name>\w+)/],
  ['index', /^CREATE (?:UNIQUE )?INDEX (?<name>\w+)\s+ON (?<table>\w+)/],
  ['row security', /^ALTER TABLE (?<name>\w+) ENABLE ROW LEVEL SECURITY$/],
  ['policy', /^CREATE POLICY (?<name>\w+) ON (?<table>\w+)/],
  ['grant', /^GRANT [^;]+? ON (?<name>\w+) TO /],
];

let tableStatements: readonly DeclaredStatement[] | undefined;

/** Returns the statements of all tables and views, in their order, and of the right to read the migrations. */
export function declaredStatements(): readonly DeclaredStatement[] {
  tableStatements ??= [...TABLES.map((path) => `tables/${path}.sql`), 'migrations-table.sql'].flatMap(
    (file) => statementsOf(readSchemaFile(file)).map(classified),
  );
  return tableStatements;
}

function classified(sql: string): DeclaredStatement {
  for (const [kind, pattern] of KINDS) {
    const { name, table = name } = pattern.exec(sql)?.groups ?? {};
    if (name !== undefined) return { kind, name, table: table ?? name, sql };
  }
  return { kind: 'other', name: '', table: '', sql };
}

/** Describes one right of one of the service's two roles. */
export interface DeclaredGrant {
  readonly role: 'app_role' | 'reader_role';
  readonly privilege: string;
  readonly object: string;
  /** The column, if the right covers only that one. */
  readonly column: string | null;
}

const PRIVILEGE = /([A-Z]+)(?:\s*\(([^)]+)\))?/g;

/** Returns the rights on tables and views that the files declare. */
export function declaredTableGrants(): DeclaredGrant[] {
  return declaredStatements()
    .filter(({ kind }) => kind === 'grant')
    .flatMap(({ sql, table }) => grantsOf(sql, table));
}

function grantsOf(sql: string, object: string): DeclaredGrant[] {
  const [, privileges = '', roles = ''] = /^GRANT ([^;]+?) ON \w+ TO ([^;]+)$/.exec(sql) ?? [];
  return rolesIn(roles).flatMap((role) =>
    [...privileges.matchAll(PRIVILEGE)].flatMap(([, privilege = '', columns]) =>
      (columns === undefined ? [null] : columns.split(',').map((column) => column.trim())).map((column) => ({
        ...{ role, privilege, object, column },
      })),
    ),
  );
}

/** Returns the variables of roles in a text such as `:"app_role", :"reader_role"`. */
export function rolesIn(text: string): DeclaredGrant['role'][] {
  return [...text.matchAll(/:"(app_role|reader_role)"/g)].map(([, role]) => role as DeclaredGrant['role']);
}

/** Describes a function as its file declares it. */
export interface DeclaredFunction {
  readonly name: string;
  /** True if the function belongs to the reader. */
  readonly ofReader: boolean;
  /** The roles that may call it. */
  readonly callers: readonly DeclaredGrant['role'][];
}

/** Tells whether the file of a function gives it to the reader. */
export function belongsToReader(text: string): boolean {
  return /^ALTER FUNCTION \w+ OWNER TO :"reader_role";$/m.test(text);
}

/** Returns all functions of this program. */
export function declaredFunctions(): DeclaredFunction[] {
  return FUNCTIONS.map((path) => {
    const text = readSchemaFile(`functions/${path}.sql`);
    return {
      name: /^CREATE OR REPLACE FUNCTION (\w+)/m.exec(text)?.[1] ?? '',
      ofReader: belongsToReader(text),
      callers: rolesIn(/^GRANT EXECUTE ON FUNCTION \w+ TO ([^;]+);$/m.exec(text)?.[1] ?? ''),
    };
  });
}
