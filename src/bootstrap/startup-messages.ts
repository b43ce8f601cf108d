import type { Installation } from './installation.js';

/**
 * Returns the message for the terminal once the service listens: its URL and, at the first start, a first command to
 * try.
 */
export function welcome(installation: Installation, url: string): string {
  const lines = [`Strongroom listens on ${url} (its API: ${url}/api/docs)`];
  const administrator = installation.firstAdministrator;
  if (administrator !== undefined) {
    const { username, generatedPassword } = administrator;
    lines.push('', 'Try it:', `  ${curlLine(url, username, generatedPassword ?? '<password>')}`);
  }
  return `${lines.join('\n')}\n`;
}

function curlLine(url: string, username: string, password: string): string {
  const request = `-u '${username}:${password}' -H 'tenant: default_tenant' -H 'Content-Type: application/json'`;
  return `curl ${request} -X PUT -d '{"value": "my first secret"}' ${url}/api/v3/secrets/hello`;
}

/** Returns the message for the terminal after a first start. A generated password is shown only here. */
export function firstStartNotice({ firstAdministrator, createdKeyFile }: Installation): readonly string[] {
  const lines: string[] = [];
  if (firstAdministrator !== undefined) {
    const { username, generatedPassword } = firstAdministrator;
    lines.push('', 'Tenant:         default_tenant', `Administrator:  ${username}`);
    if (generatedPassword === undefined) lines.push('Password:       the one that you configured');
    else lines.push(`Password:       ${generatedPassword}`, '                shown only once: save it now');
  }
  if (createdKeyFile !== undefined) {
    lines.push('', `The root key was created in ${createdKeyFile}`);
    lines.push('Back it up, apart from the database: without it no secret can ever be read again.');
  }
  return lines;
}
