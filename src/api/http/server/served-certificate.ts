import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { printable } from '../../../common/printable.js';
import { StartupError } from '../../../common/startup-error.js';
import type { Configuration } from '../../../config/configuration.js';

/** Names the files of a certificate and its key, both in PEM. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Returns the files that the configuration names; undefined if TLS is not served. */
export function certificateFilesOf({
  tlsCertificateFile: certificateFile,
  tlsKeyFile: keyFile,
}: Pick<Configuration, 'tlsCertificateFile' | 'tlsKeyFile'>): CertificateFiles | undefined {
  return certificateFile === undefined || keyFile === undefined ? undefined : { certificateFile, keyFile };
}

/** Holds a certificate that can be served. */
export interface ServedCertificate {
  /** The certificate, followed by those of the authorities between it and the root. */
  readonly cert: string;
  readonly key: string;
  /** Names the subject, the host names and the serial number, for the log. */
  readonly description: string;
  /** The times, in Unix milliseconds, between which every certificate of the chain is valid. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** Sets what clients have to speak: TLS 1.2 or newer, and ciphers with forward secrecy and authentication only. */
export const TLS_RULES: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
  ciphers: [
    ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ].join(':'),
};

const CERTIFICATE = 'STRONGROOM_TLS_CERTIFICATE_FILE';
const KEY = 'STRONGROOM_TLS_KEY_FILE';

/**
 * Reads both files as text, without looking at what they hold.
 * @throws StartupError that names the variable
 */
export async function readCertificateFiles({
  certificateFile,
  keyFile,
}: CertificateFiles): Promise<{ readonly cert: string; readonly key: string }> {
  return { cert: await contentOf(CERTIFICATE, certificateFile), key: await contentOf(KEY, keyFile) };
}

async function contentOf(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new StartupError(`${variable}: cannot read ${printable(path, 256)} (${code})`);
  }
}

/**
 * Returns the certificate that the files make.
 * @throws StartupError with one line that names the variable
 */
export async function readCertificate(files: CertificateFiles): Promise<ServedCertificate> {
  return servedCertificate(await readCertificateFiles(files));
}

/**
 * Returns the certificate that the contents of the two files make.
 * @throws StartupError that names the variable and repeats nothing of the key, when they hold something else, do not
 *   belong together, or are too weak for OpenSSL
 */
export function servedCertificate({ cert, key }: { cert: string; key: string }): ServedCertificate {
  const chain = chainOf(cert);
  const [own] = chain as [X509Certificate];
  requireKeyOf(chain, privateKeyOf(key));
  try {
    createSecureContext({ ...TLS_RULES, cert, key });
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `${CERTIFICATE}: OpenSSL refuses the certificate (${printable(code)}): make one with a key of at least 2048 bits ` +
        '(RSA) or 256 bits (EC), signed with SHA-256 or better',
    );
  }
  return {
    cert,
    key,
    description: describe(own),
    validFrom: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
    validTo: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
  };
}

const PEM =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

function chainOf(text: string): X509Certificate[] {
  const blocks = text.match(PEM) ?? [];
  if (blocks.length === 0)
    throw new StartupError(
      `${CERTIFICATE}: the file holds no certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----`,
    );
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new StartupError(
        `${CERTIFICATE}: certificate ${index + 1} of the file cannot be read: it is damaged`,
      );
    }
  });
}

function privateKeyOf(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const isEncrypted =
      /ENCRYPTED/.test(text) || (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
    throw new StartupError(
      isEncrypted
        ? `${KEY}: the key needs a passphrase: write it without one (openssl pkey -in … -out …), readable by the service only`
        : `${KEY}: the file holds no private key in PEM: it must begin with -----BEGIN PRIVATE KEY----- or the like`,
    );
  }
}

function requireKeyOf(chain: readonly X509Certificate[], key: KeyObject): void {
  const place = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (place === 0) return;
  throw new StartupError(
    place > 0
      ? `${CERTIFICATE}: the key is that of certificate ${place + 1} of the file: put that one first, then its authorities`
      : `${KEY}: the key is not that of the certificate: give the key that the certificate was made for`,
  );
}

function describe({ subject, subjectAltName, serialNumber }: X509Certificate): string {
  const names = subjectAltName ?? subject;
  return `${printable(names.replaceAll('\n', ', '), 256)}, serial number ${serialNumber}`;
}
