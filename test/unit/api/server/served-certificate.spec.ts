import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readCertificate, servedCertificate } from '../../../../src/api/http/server/served-certificate.js';
import { StartupError } from '../../../../src/common/startup-error.js';
import { PEM } from './certificates.js';

const { one, other, authority } = PEM;
const ENCRYPTED = createPrivateKey(one.key).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'canary-passphrase',
}) as string;
const FOREIGN = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

describe('servedCertificate', () => {
  it('takes a certificate with its key, alone or before its authorities', () => {
    expect(servedCertificate(one)).toMatchObject({
      ...one,
      description: expect.stringContaining('DNS:localhost'),
    });
    const chain = { cert: `${other.cert}\n${authority}`, key: other.key };
    expect(new Date(servedCertificate(chain).validTo).toISOString()).toBe('2126-11-05T01:07:57.000Z');
  });

  it('takes the earliest end in the chain for the end', () => {
    const { cert } = PEM.expired;
    expect(servedCertificate({ cert: `${other.cert}${cert}`, key: other.key }).validTo).toBe(
      Date.parse('2020-02-01T00:00:00Z'),
    );
  });

  it.each([
    [
      'no certificate',
      { ...one, cert: '' },
      /^STRONGROOM_TLS_CERTIFICATE_FILE: the file holds no certificate in PEM/,
    ],
    [
      'the key instead',
      { ...one, cert: one.key },
      /^STRONGROOM_TLS_CERTIFICATE_FILE: the file holds no certificate/,
    ],
    [
      'a damaged certificate',
      { ...one, cert: one.cert.replace(/\n[A-Za-z0-9+/]{10}/, '\nAAAAAAAAAA') },
      /certificate 1 of the file cannot be read: it is damaged/,
    ],
    ['no key', { ...one, key: '\n' }, /^STRONGROOM_TLS_KEY_FILE: the file holds no private key in PEM/],
    [
      'the certificate instead of the key',
      { ...one, key: one.cert },
      /^STRONGROOM_TLS_KEY_FILE: the file holds no private key/,
    ],
    [
      'a key with a passphrase',
      { ...one, key: ENCRYPTED },
      /^STRONGROOM_TLS_KEY_FILE: the key needs a passphrase: .*openssl pkey/,
    ],
    [
      'the key of another',
      { ...one, key: other.key },
      /^STRONGROOM_TLS_KEY_FILE: the key is not that of the certificate/,
    ],
    ['a new key', { ...one, key: FOREIGN as string }, /^STRONGROOM_TLS_KEY_FILE: the key is not that/],
    [
      'the authority first',
      { cert: authority + other.cert, key: other.key },
      /certificate 2 of the file: put that one first/,
    ],
  ])('refuses %s', (_what, pair, message) => {
    const take = (): unknown => servedCertificate(pair);
    expect(take).toThrow(StartupError);
    expect(take).toThrow(message);
    expect(take).toThrow(/^[^\n]*$/);
    for (const { key } of [one, other]) expect(take).not.toThrow(key.slice(60, 90));
  });

  it('names the file that is not there', async () => {
    const files = { certificateFile: '/nowhere/a.crt', keyFile: '/nowhere/a.key' };
    await expect(readCertificate(files)).rejects.toThrow(
      'STRONGROOM_TLS_CERTIFICATE_FILE: cannot read /nowhere/a.crt (ENOENT)',
    );
  });
});
