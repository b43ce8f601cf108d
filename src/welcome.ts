import type { Installation } from './installation/installation.js';

/** What a start tells the person at the terminal once it listens: where, and at the first start how to begin. */
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
