import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SCHEMA = 'src/database/schema';
const FUNCTION = `${SCHEMA}/functions/secrets/read_secrets.sql`;

/**
 * Makes a build that is a later version than the one in `dist`: it has two more migrations for each number, one that adds
 * a column to the secrets and one that builds an index concurrently, and replaces the functions.
 * @param folder takes the build
 * @param number counts the versions, from 1
 * @returns the folder of the built program
 */
export function makeNextVersion(folder, number) {
  const root = join(folder, `version-${number}`);
  const dist = join(root, 'dist');
  mkdirSync(root);
  cpSync(resolve('dist'), dist, { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const { version, ...rest } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ ...rest, version: `${version}-next.${number}` }),
  );
  addMigrations(dist, number);
  change(
    dist,
    `${SCHEMA}/schema-files.js`,
    /FUNCTIONS_NUMBER = (\d+)/,
    (_, old) => `FUNCTIONS_NUMBER = ${Number(old) + number}`,
  );
  change(dist, FUNCTION, '#variable_conflict use_column', (pragma) => `${pragma}\n-- version ${number}`);
  return dist;
}

function addMigrations(dist, number) {
  const numbers = Array.from({ length: number }, (_, index) => index + 1);
  const file = 'migrations-of-the-drill.js';
  writeFileSync(join(dist, 'src/database', file), numbers.map(migrationsText).join('\n'));
  const names = numbers.flatMap((each) => namesOf(each));
  change(
    dist,
    'src/database/all-migrations.js',
    /\[([^\]]*)\]/,
    (_, known) => `[${known.trim()}, ${names.join(', ')}]`,
  );
  change(
    dist,
    'src/database/all-migrations.js',
    /^/,
    () => `import { ${names.join(', ')} } from './${file}';\n`,
  );
}

function namesOf(number) {
  const stamp = String(number).padStart(3, '0');
  return [`ExpandColumn1900000000${stamp}`, `ExpandIndex1900000001${stamp}`];
}

/** The index takes as long as one of a large table. It waits for transactions of others as long as they last. */
function migrationsText(number) {
  const [column, index] = namesOf(number);
  return `
export class ${column} {
  async up(runner) {
    await runner.query('ALTER TABLE secrets ADD drill_${number} text');
  }
  async down(runner) {
    await runner.query('ALTER TABLE secrets DROP drill_${number}');
  }
}
export class ${index} {
  transaction = false;
  async up(runner) {
    await runner.query("SET lock_timeout = '0'");
    await runner.query('SELECT pg_sleep(3)');
    await runner.query('CREATE INDEX CONCURRENTLY ix_secrets_drill_${number} ON secrets (tenant_id, drill_${number})');
    await runner.query("RESET lock_timeout");
  }
  async down(runner) {
    await runner.query('DROP INDEX ix_secrets_drill_${number}');
  }
}
`;
}

function change(dist, path, from, to) {
  const file = join(dist, path);
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${path} has not the form that the drill changes`);
  writeFileSync(file, changed);
}
