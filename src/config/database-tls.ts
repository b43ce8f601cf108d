import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { printable } from '../common/printable.js';
import { DatabaseUrlError, type DatabaseUrl } from './database-url.js';
import type { SslMode } from './database-url-parameters.js';

const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;

type Material = Partial<Record<(typeof FILES)[number], string>>;

/**
 * Returns how strictly a URL wants TLS. Without `sslmode` there is none, unless another parameter asks for it. A unix
 * socket never has TLS, as with libpq.
 */
export function sslModeOf({ host, parameters }: DatabaseUrl): SslMode {
  if (host.startsWith('/')) return 'disable';
  const given = parameters.get('sslmode') as SslMode | undefined;
  if (given !== undefined) return given;
  if (FILES.some((name) => parameters.has(name))) return 'verify-full';
  return parameters.has('ssl') || parameters.get('sslnegotiation') === 'direct' ? 'require' : 'disable';
}

/**
 * Returns the TLS options of a URL, with the contents of the files that it names; false for none. `require` and
 * `verify-full` verify the certificate and the host name, `verify-ca` only the certificate, `no-verify` nothing.
 * @throws DatabaseUrlError when a file cannot be read or holds something else, or when parameters contradict each other
 */
export function databaseTls(url: DatabaseUrl): ConnectionOptions | false {
  const mode = sslModeOf(url);
  const { parameters } = url;
  if (mode === 'disable') return noTls(url);
  const { sslrootcert: ca, sslcert: cert, sslkey: key } = materialOf(parameters);
  if ((cert === undefined) !== (key === undefined))
    throw new DatabaseUrlError('needs both sslcert and sslkey, or neither of them');
  if (mode === 'verify-ca' && ca === undefined)
    throw new DatabaseUrlError('needs sslrootcert with sslmode=verify-ca, or sslmode=verify-full');
  const passphrase = parameters.get('sslpassword');
  const options: ConnectionOptions = {
    rejectUnauthorized: mode !== 'no-verify',
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
  requireUsable(options, parameters);
  return options;
}

function noTls({ host, parameters }: DatabaseUrl): false {
  if (parameters.get('sslnegotiation') === 'direct' && !host.startsWith('/'))
    throw new DatabaseUrlError('has sslnegotiation=direct with sslmode=disable: give another sslmode');
  return false;
}

function materialOf(parameters: ReadonlyMap<string, string>): Material {
  const material: Material = {};
  for (const name of FILES) {
    const path = parameters.get(name);
    // As with libpq, `system` means the certificates that are trusted anyway.
    if (path === undefined || (name === 'sslrootcert' && path === 'system')) continue;
    material[name] = contentOf(name, path);
  }
  return material;
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new DatabaseUrlError(
      `names a file by ${name} that cannot be read: ${printable(path, 256)} (${code})`,
    );
  }
}

function requireUsable(
  { ca, cert, key, passphrase }: ConnectionOptions,
  parameters: ReadonlyMap<string, string>,
): void {
  const shown = (name: string): string => `${name} (${printable(parameters.get(name) ?? '', 256)})`;
  attempt(`names a file by ${shown('sslrootcert')} that holds no certificate in PEM`, () => {
    if (ca !== undefined) new X509Certificate(ca as string);
  });
  attempt(`names a file by ${shown('sslcert')} that holds no certificate in PEM`, () => {
    if (cert !== undefined) new X509Certificate(cert as string);
  });
  attempt(
    `names a file by ${shown('sslkey')} that holds no key in PEM for sslcert, or needs another sslpassword`,
    () => createSecureContext({ cert, key, passphrase }),
  );
}

function attempt(problem: string, use: () => unknown): void {
  try {
    use();
  } catch {
    throw new DatabaseUrlError(problem);
  }
}
