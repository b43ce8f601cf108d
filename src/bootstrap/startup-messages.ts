import { DEFAULT_TENANT } from '../tenants/tenant-creation.js';
import type { Installation } from './installation.js';

type Told = Pick<Installation, 'configuration' | 'firstAdministrator' | 'createdKeyFile' | 'keyFile'>;

/** Returns what a person needs once the service listens on `url`: where everything is, what to try, and how to stop. */
export function welcome(installation: Told, url: string): string {
  const { configuration, keyFile } = installation;
  const { databaseUrl, dataDir } = configuration;
  const data = databaseUrl === undefined ? dataDir : 'in the database that DATABASE_URL names';
  const key = keyFile ?? 'given by STRONGROOM_ROOT_KEYS';
  return [
    `Strongroom listens on ${url}`,
    '',
    `Documents:      ${url}/api/docs`,
    `Data:           ${data}`,
    `Root key:       ${key} (back it up, apart from the data)`,
    '',
    'Try it:',
    `  ${curlLine(installation, url)}`,
    '',
    'Stop it with Ctrl-C.',
  ].join('\n');
}

/** Returns a command that works as it is pasted; without a password, curl asks for it. */
function curlLine({ configuration, firstAdministrator }: Told, url: string): string {
  const { username, generatedPassword } = firstAdministrator ?? { username: configuration.adminUsername };
  const login = generatedPassword === undefined ? username : `'${username}:${generatedPassword}'`;
  const request = `curl -w '\\n' -u ${login} -H 'tenant: ${DEFAULT_TENANT}'`;
  if (firstAdministrator === undefined) return `${request} ${url}/api/v3/secrets`;
  const body = `-H 'Content-Type: application/json' -X PUT -d '{"value": "my first secret"}'`;
  return `${request} ${body} ${url}/api/v3/secrets/hello`;
}

/** Returns the lines about what a first start has made. A generated password is shown only here. */
export function firstStartNotice({ firstAdministrator, createdKeyFile }: Told): readonly string[] {
  const lines: string[] = [];
  if (firstAdministrator !== undefined) {
    const { username, generatedPassword } = firstAdministrator;
    lines.push('', `Tenant:         ${DEFAULT_TENANT}`, `Administrator:  ${username}`);
    if (generatedPassword === undefined) lines.push('Password:       the one that you configured');
    else lines.push(`Password:       ${generatedPassword}`, '                shown only once: save it now');
  }
  if (createdKeyFile !== undefined) {
    lines.push('', `The root key was created in ${createdKeyFile}`);
    lines.push('Back it up, apart from the database: without it no secret can ever be read again.');
  }
  return lines.length === 0 ? lines : [...lines, ''];
}
