import { Command } from 'commander';
import { StartupError } from '../common/startup-error.js';
import { Configuration } from '../config/configuration.js';
import type { CloudifyContents } from './cloudify/cloudify-contents.js';
import { moveCloudify } from './cloudify/cloudify-move.js';
import { MoveReport } from './cloudify/move-report.js';
import { passwordsFile } from './cloudify/passwords-file.js';
import { readExportFile } from './cloudify/read-export-file.js';
import { readManager } from './cloudify/read-manager.js';
import { readSecretFile, readTextFile } from './read-text-file.js';
import type { Terminal } from './terminal.js';
import { withServices } from './with-services.js';

interface Options {
  readonly username: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly tenant: string;
  readonly ca?: string;
  readonly insecure?: true;
  readonly passphraseFile?: string;
  readonly createTenants?: true;
  readonly passwordsFile?: string;
  readonly invite?: true;
  readonly owner?: string;
  readonly override?: true;
  readonly dryRun?: true;
}

const HELP = `
A running manager is read as one of its administrators, whose password is prompted for, or read from standard input.
From a file, only secrets can be moved. What exists already stays as it is, so the command can be run again.

  strongroom-admin import-cloudify https://manager.example.com --dry-run
  strongroom-admin import-cloudify https://manager.example.com --ca ca.pem --passwords-file new-passwords.txt
  strongroom-admin import-cloudify exported.json --create-tenants --passphrase-file passphrase.txt

Progress goes to standard error, the report to standard output. See docs/moving-from-cloudify.md.`;

export function importCloudifyCommand(io: Terminal): Command {
  return new Command('import-cloudify')
    .description('move tenants, users, groups, roles and secrets from a Cloudify Manager')
    .argument('<source>', "the manager's URL, or a file that `cfy secrets export` wrote")
    .option('--dry-run', 'show what would happen, and change nothing')
    .option('--passwords-file <file>', 'a new file for the random passwords of new users')
    .option(
      '--invite',
      'give new users no password: set one for each by `strongroom-admin user set-password`',
    )
    .option('--override', 'replace secrets that exist already')
    .option('--owner <username>', 'administrator here who becomes the owner of secrets of unknown users')
    .option('--username <username>', 'administrator of the manager', 'admin')
    .option('--password-file <file>', 'file with the password of that administrator')
    .option('--token-file <file>', 'file with a token for the manager, instead of a password')
    .option('--tenant <name>', 'tenant of the manager to name in requests', 'default_tenant')
    .option('--ca <file>', "certificates (PEM) to check the manager's certificate with")
    .option(
      '--insecure',
      "do not check the manager's certificate: anyone on the network path can read everything",
    )
    .option('--passphrase-file <file>', 'file with the passphrase of an exported file')
    .option('--create-tenants', 'create the tenants that an exported file names')
    .addHelpText('after', HELP)
    .action((source: string, options: Options) => importCloudify(io, source, options));
}

async function importCloudify(io: Terminal, source: string, options: Options): Promise<void> {
  const url = urlOf(source);
  const dryRun = options.dryRun === true;
  if (
    url !== undefined &&
    !dryRun &&
    (options.passwordsFile === undefined) === (options.invite === undefined)
  )
    throw new StartupError('Say how new users get a password: give either --passwords-file FILE or --invite');
  const tell = (line: string): void => io.error(line);
  const contents =
    url === undefined ? await fromFile(io, source, options) : await fromManager(io, url, options);
  await withServices(io, async (services, caller) => {
    const keepPassword =
      options.passwordsFile === undefined || dryRun ? () => undefined : passwordsFile(options.passwordsFile);
    const owner = options.owner ?? services.get(Configuration).adminUsername;
    const report = new MoveReport(dryRun);
    for (const gap of contents.gaps) report.note(`Could not be read: ${gap}`);
    const move = { owner, override: options.override === true, dryRun, keepPassword };
    await moveCloudify(services, caller, contents, move, report, tell);
    if (options.invite === true)
      report.note('New users have no password: `strongroom-admin user set-password <name>`');
    for (const line of report.lines()) io.write(`${line}\n`);
  });
}

function fromFile(io: Terminal, path: string, options: Options): Promise<CloudifyContents> {
  return readExportFile(path, options.createTenants === true, () =>
    options.passphraseFile === undefined
      ? io.readSecret('Passphrase of the file')
      : Promise.resolve(readSecretFile(options.passphraseFile)),
  );
}

async function fromManager(io: Terminal, url: URL, options: Options): Promise<CloudifyContents> {
  const insecure = options.insecure === true;
  if (insecure) io.error('Warning: the certificate of the manager is not checked');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    io.error('Warning: without TLS, the password and the responses can be read in transit');
  const ca = options.ca === undefined ? undefined : readTextFile(options.ca);
  const credentials = await credentialsOf(io, options);
  return readManager({ url, credentials, tenant: options.tenant, ca, insecure }, (line) => io.error(line));
}

async function credentialsOf(io: Terminal, options: Options): Promise<Record<string, string>> {
  if (options.tokenFile !== undefined) return { 'Authentication-Token': readSecretFile(options.tokenFile) };
  const password =
    options.passwordFile === undefined
      ? await io.readSecret(`Password of ${options.username} at the manager`)
      : readSecretFile(options.passwordFile);
  return { Authorization: `Basic ${Buffer.from(`${options.username}:${password}`).toString('base64')}` };
}

/** @throws StartupError for a URL that holds a password, and for any other scheme */
function urlOf(source: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return undefined;
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new StartupError('The source must be an http or https URL, or a file');
  if (url.username !== '' || url.password !== '')
    throw new StartupError(
      'Leave the login out of the URL: give --username, and enter the password at the prompt',
    );
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
