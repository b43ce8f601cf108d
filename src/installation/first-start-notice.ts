import type { Installation } from './installation.js';

/** What a first start tells the person at the terminal. A generated password is shown here, once, and nowhere else. */
export function firstStartNotice({ firstAdministrator, createdKeyFile }: Installation): readonly string[] {
  const lines: string[] = [];
  if (firstAdministrator !== undefined) {
    const { username, generatedPassword } = firstAdministrator;
    lines.push('', 'Tenant:         default_tenant', `Administrator:  ${username}`);
    if (generatedPassword === undefined) lines.push('Password:       the one that you configured');
    else
      lines.push(`Password:       ${generatedPassword}`, '                shown only this once: keep it now');
  }
  if (createdKeyFile !== undefined) {
    lines.push('', `The root key was made in ${createdKeyFile}`);
    lines.push('Back it up, apart from the database: without it no secret can ever be read again.');
  }
  return lines;
}
