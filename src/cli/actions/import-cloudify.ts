import 'reflect-metadata';
import { commandName } from '../../common/command-name.js';
import { StartupError } from '../../common/startup-error.js';
import { Configuration } from '../../config/configuration.js';
import type { CloudifyContents } from '../cloudify/cloudify-contents.js';
import { moveCloudify } from '../cloudify/cloudify-move.js';
import { MoveReport } from '../cloudify/move-report.js';
import { passwordsFile } from '../cloudify/passwords-file.js';
import { readExportFile } from '../cloudify/read-export-file.js';
import { readManager } from '../cloudify/read-manager.js';
import { readSecretFile, readTextFile } from '../read-text-file.js';
import { SharingModule } from '../../secrets/sharing/sharing.module.js';
import { CommandError } from '../command-error.js';
import type { Call } from '../commands/command-spec.js';
import type { Output } from '../output/output.js';
import type { Terminal } from '../terminal.js';
import { withServices } from '../with-services.js';

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

/** Moves what a manager, or a file that it exported, holds. */
export async function importCloudify({
  io,
  args: [source],
  options,
}: Call<[string], Options>): Promise<Output> {
  const url = urlOf(source);
  const dryRun = options.dryRun === true;
  const saysPasswords = (options.passwordsFile === undefined) !== (options.invite === undefined);
  if (url !== undefined && !dryRun && !saysPasswords)
    throw new CommandError(
      'Say how new users get a password: give either --passwords-file FILE or --invite',
      'usage',
    );
  const tell = (line: string): void => io.error(line);
  const contents =
    url === undefined ? await fromFile(io, source, options) : await fromManager(io, url, options);
  return withServices(
    io,
    async (services, caller) => {
      const keepPassword =
        options.passwordsFile === undefined || dryRun
          ? () => undefined
          : passwordsFile(options.passwordsFile);
      const owner = options.owner ?? services.get(Configuration).adminUsername;
      const report = new MoveReport(dryRun);
      for (const gap of contents.gaps) report.note(`Could not be read: ${gap}`);
      const move = { owner, override: options.override === true, dryRun, keepPassword };
      await moveCloudify(services, caller, contents, move, report, tell);
      if (options.invite === true)
        report.note(
          `New users have no password: give each one by \`${commandName()} user set-password\` and the name`,
        );
      const text = report
        .lines()
        .map((line) => `${line}\n`)
        .join('');
      return { json: report.json(), text, quiet: [] };
    },
    [SharingModule],
  );
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
