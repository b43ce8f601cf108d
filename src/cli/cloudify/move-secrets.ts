import type { ImportResult, SecretImport } from '../../secrets/sharing/import/secret-import.service.js';
import type { Importer } from '../../secrets/sharing/import/imported-secrets.repository.js';
import type { CloudifyContents } from './cloudify-contents.js';
import type { MoveReport } from './move-report.js';

type Secret = CloudifyContents['secrets'][number];

export interface SecretsMove {
  readonly secrets: readonly Secret[];
  readonly passphrase: string | undefined;
  readonly override: boolean;
  readonly dryRun: boolean;
}

/**
 * Limits the rounds: each finds what the one before could not check, first rows by themselves, then those that exist.
 */
const MOST_ROUNDS = 4;

/**
 * Moves secrets. An import is all or nothing, so the secrets that it refuses are reported, and the rest is imported
 * again.
 */
export async function moveSecrets(
  secretImport: SecretImport,
  importer: Importer,
  { secrets, passphrase, override, dryRun }: SecretsMove,
  report: MoveReport,
): Promise<void> {
  let rows = secrets;
  for (let round = 0; round < MOST_ROUNDS && rows.length > 0; round += 1) {
    const options = { rows, override, tenantMap: new Map(), passphrase, dryRun };
    const result = await secretImport.run(importer, options);
    if (result.errors.size === 0) {
      count(rows.length, result, override, report);
      return;
    }
    for (const [index, errors] of result.errors)
      report.missed('secrets', nameOf(rows[index]), reasonOf(errors));
    rows = rows.filter((_, index) => !result.errors.has(index));
  }
  for (const row of rows)
    report.missed('secrets', nameOf(row), 'others changed the same secrets in the meantime; run it again');
}

function count(all: number, { colliding }: ImportResult, override: boolean, report: MoveReport): void {
  const there = [...colliding.values()].reduce((sum, keys) => sum + keys.length, 0);
  report.add('secrets', 'moved', all - there);
  report.add('secrets', override ? 'replaced' : 'existing', there);
}

function nameOf(row: Secret | undefined): string {
  const { tenant_name: tenant, key } = row ?? {};
  return [tenant, key].map((part) => (typeof part === 'string' ? part : '?')).join('/');
}

function reasonOf(errors: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(errors)
    .map(([what, problem]) => `${what}: ${typeof problem === 'string' ? problem : problem.join(', ')}`)
    .join('; ');
}
