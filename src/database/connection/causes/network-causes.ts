import type { ErrorCause } from './error-cause.js';

const TRUST =
  'give the certificate of the authority by sslrootcert=<file> in the URL, or by the variable NODE_EXTRA_CA_CERTS=<file>';

/** Lists the causes that the operating system, TLS or the driver report. */
export const NETWORK_CAUSES: readonly ErrorCause[] = [
  {
    codes: ['ECONNREFUSED'],
    cause: 'nothing listens at that address',
    cure: 'start PostgreSQL, or correct host and port; listen_addresses must cover the address',
    state: 'away',
  },
  {
    codes: ['ENOENT', 'ENOTDIR', 'ENOTSOCK'],
    cause: 'that directory holds no socket of PostgreSQL',
    cure: 'start PostgreSQL, or correct host and port: the directory is one of unix_socket_directories',
    state: 'away',
  },
  {
    codes: ['EINVAL', 'ENAMETOOLONG'],
    cause: 'the operating system does not take the address',
    cure: 'shorten the path of the socket to less than 100 bytes, or correct the host',
    state: 'away',
  },
  {
    codes: ['EACCES', 'EPERM'],
    cause: 'the operating system forbids the connection',
    cure: "let this process's user into the socket and its directory, or open the firewall of this machine",
    state: 'away',
  },
  {
    codes: ['ENOTFOUND'],
    cause: 'the name of the host is unknown',
    cure: 'correct the name, or the name server of this machine',
    state: 'away',
  },
  {
    codes: ['EAI_*'],
    cause: 'the name server does not answer',
    cure: 'check the network and the name server of this machine',
    state: 'away',
  },
  {
    codes: ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN'],
    cause: 'no way leads to that address',
    cure: 'correct the host, or the routes and firewalls between',
    state: 'away',
  },
  {
    codes: ['ETIMEDOUT'],
    message:
      /timeout exceeded when trying to connect|due to connection timeout|timeout expired|Query read timeout/i,
    cause: 'the server does not answer in time',
    cure: 'check that it runs, that host and port are right, and that no firewall drops the packets',
    state: 'away',
  },
  {
    codes: ['ECONNRESET', 'ECONNABORTED', 'EPIPE'],
    message:
      /query runner (was )?already released|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after calling end|Driver not Connected/i,
    cause: 'the connection was cut',
    cure: 'read the log of the server; if it has no word of it, something else answers at that port',
    state: 'away',
  },
  {
    codes: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
    cause: 'this machine gives the process no more files or memory',
    cure: 'raise the limit of open files (ulimit -n), or free memory',
    state: 'away',
  },
  {
    codes: [],
    message: /^SASL.*password must be/,
    cause: 'the server asks for a password, and the URL holds none',
    cure: 'write it after the user, with a colon between',
    state: 'away',
  },
  {
    codes: [],
    message: /^SASL|Unknown authentication/i,
    cause:
      'the server wants a way of logging in that the driver does not have, or the login failed in its midst',
    cure: 'use scram-sha-256, a certificate or a password in pg_hba.conf',
    state: 'away',
  },
  {
    codes: [],
    message: /server does not support SSL/i,
    cause: 'the server offers no TLS',
    cure: 'switch it on there (ssl = on), or, on a network that nobody else can read, set sslmode=disable',
    state: 'away',
  },
  {
    codes: [],
    message: /error establishing an SSL connection/i,
    cause: 'the other end does not answer the question for TLS as PostgreSQL does',
    cure: 'check that host and port are those of PostgreSQL',
    state: 'away',
  },
  {
    codes: ['DEPTH_ZERO_SELF_SIGNED_CERT'],
    cause: 'the certificate of the server is self-signed',
    cure: 'give that certificate by sslrootcert=<file> in the URL, or by the variable NODE_EXTRA_CA_CERTS=<file>',
    state: 'away',
  },
  {
    codes: [
      ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
      ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_UNTRUSTED', 'INVALID_CA', 'CERT_SIGNATURE_FAILURE'],
    ],
    cause: 'the certificate of the server is of an authority that this machine does not trust',
    cure: TRUST,
    state: 'away',
  },
  {
    codes: ['CERT_HAS_EXPIRED'],
    cause: 'the certificate of the server, or of its authority, has expired',
    cure: 'renew it; if it is valid, set the clock of this machine',
    state: 'away',
  },
  {
    codes: ['CERT_NOT_YET_VALID'],
    cause: 'the certificate of the server is not valid yet',
    cure: 'set the clocks of this machine and of the server',
    state: 'away',
  },
  {
    codes: [
      'CERT_REVOKED',
      'CERT_REJECTED',
      'INVALID_PURPOSE',
      'CERT_CHAIN_TOO_LONG',
      'PATH_LENGTH_EXCEEDED',
    ],
    cause: 'the certificate of the server may not be used for this',
    cure: 'give the server another certificate, made for servers',
    state: 'away',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
    cause: 'the certificate of the server is for another host name',
    cure:
      'connect by a name that the certificate holds, or verify only who issued it: sslmode=verify-ca with ' +
      'sslrootcert=<file>',
    state: 'away',
  },
  {
    codes: ['ERR_SSL_*', 'ERR_TLS_*', 'ERR_OSSL_*', 'EPROTO'],
    cause: 'the TLS handshake failed',
    cure:
      'read the log of the server: it may want a client certificate (sslcert, sslkey) or another version of TLS; a ' +
      'certificate of an authority of your own needs sslrootcert or NODE_EXTRA_CA_CERTS',
    state: 'away',
  },
];
