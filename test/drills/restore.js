/** Implements `npm run drill:restore`: backs an installation up in every way that the documents name, and restores it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NAMES } from './restore/rows.js';
import { requirePostgres } from './support/postgres-programs.js';
import { RestoreDrill } from './restore/drill.js';

const USAGE = `npm run drill:restore -- [--only NAME,…] [--keep]

Backs up an installation and restores it into fresh clusters of the system's PostgreSQL (Debian: apt-get install
postgresql), in temporary folders. After each restore it runs what docs/operations/backup.md says (postgres-init.sql,
migrate, doctor), starts the service, reads every secret and compares it, tries logins, a token and a write, and compares
the audit trail. Ends with the number of restores that passed and failed, and exits with 1 if any failed.

  --only NAME,…  only these:
                 ${NAMES.slice(0, 6).join(', ')},
                 ${NAMES.slice(6).join(', ')}
  --keep         keep the folder with the clusters and their logs
  --help         show this help
`;

const { only, keep, help } = options(process.argv.slice(2));
if (help) process.stdout.write(USAGE);
else {
  requirePostgres();
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-drill-'));
  chmodSync(folder, 0o755);
  const drill = new RestoreDrill(folder, only);
  const end = async () => {
    await drill.stop({ all: true });
    if (keep) process.stderr.write(`The clusters are in ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void end().finally(() => process.exit(1)));
  try {
    process.exitCode = (await drill.run()) ? 0 : 1;
  } finally {
    await end();
  }
}

function options(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { only: { type: 'string' }, keep: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    const names = values.only?.split(',') ?? NAMES;
    const unknown = names.find((name) => !NAMES.includes(name));
    if (unknown !== undefined)
      throw new Error(`There is no restore "${unknown}": it is one of ${NAMES.join(', ')}`);
    return { ...values, only: names };
  } catch (error) {
    process.stderr.write(`${error.message}\nnpm run drill:restore -- --help shows what there is\n`);
    process.exit(2);
  }
}
