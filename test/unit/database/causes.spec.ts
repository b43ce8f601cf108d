import { describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../src/common/startup-error.js';
import { findCause } from '../../../src/database/connection/causes/find-cause.js';
import { asDatabaseError } from '../../../src/database/connection/driver-error.js';
import { failureFields } from '../../../src/database/readiness/failure-fields.js';
import { connectionProblem } from '../../../src/database/connection/connection-problem.js';

const withCode = (code: string, message = 'of the driver') =>
  asDatabaseError(Object.assign(new Error(message), { code })) as Error;

/** Says what an operator reads for an error. */
const told = (error: Error) =>
  (connectionProblem(error, { variable: 'DATABASE_OWNER_URL', url: URL_ }) as StartupError).message;
const URL_ = 'postgresql://own+er:canary-5ac1@[::1]:6432/a%20b?sslmode=verify-full';

it.each([
  ['XX001', 'damaged_data'],
  ['XX002', 'damaged_data'],
  ['XX000', undefined],
])('the log names the alarm of %s', (code, alarm) => {
  expect(failureFields(withCode(code)).alarm).toBe(alarm);
});

describe('what an operator is told of an error', () => {
  it('names the variable, the cause, the cure, and which login asked for what, without the password', () => {
    expect(told(withCode('28P01', 'canary-5ac1'))).toBe(
      'DATABASE_OWNER_URL: the server refuses the password of the login: give the right one, or set it with ALTER ROLE ' +
        '… PASSWORD; a login whose VALID UNTIL has passed is refused alike (login "own+er", database "a b", at [::1]:6432, 28P01)',
    );
    expect(told(new Error('something canary-5ac1'))).toMatch(
      /^DATABASE_OWNER_URL: cannot connect to PostgreSQL: /,
    );
    expect(told(new Error('something canary-5ac1'))).not.toContain('canary');
    const startup = new StartupError('as it is');
    expect(connectionProblem(startup, { variable: 'DATABASE_URL', url: URL_ })).toBe(startup);
  });

  it.each([
    ['28000', /does not admit the login: .*pg_hba\.conf/],
    ['28999', /does not admit the login/],
    ['3D000', /the database does not exist/],
    ['53100', /the disk of PostgreSQL is full \(of the driver\)/],
    ['53200', /out of memory/],
    ['53300', /all connections .* STRONGROOM_DATABASE_POOL_SIZE/],
    ['53400', /a limit of the server/],
    ['57P01', /shutdown, a crash or an administrator/],
    ['57P03', /starting, stopping or recovering/],
    ['57P04', /was dropped/],
    ['58030', /cannot read or write its own files/],
    ['F0000', /configuration files/],
    ['25006', /only be read: .*default_transaction_read_only/],
    ['08P01', /pool_mode = session and ignore_startup_parameters = options/],
    ['08006', /refused or lost/],
    ['42501', /lacks a right \(of the driver\): .*CONNECT/],
    ['42704', /does not know a setting.*: correct/],
    ['XX001', /damaged/],
    ['XX000', /a fault of its own/],
    ['ECONNREFUSED', /nothing listens at that address/],
    ['ENOENT', /holds no socket/],
    ['ENOTFOUND', /name of the host is unknown/],
    ['EAI_AGAIN', /name server does not answer/],
    ['EHOSTUNREACH', /no way leads/],
    ['ETIMEDOUT', /does not answer in time/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /self-signed: .*sslrootcert.*NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /does not trust: .*sslrootcert.*NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /does not trust/],
    ['CERT_HAS_EXPIRED', /has expired: renew it/],
    ['CERT_NOT_YET_VALID', /not valid yet: set the clocks/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name: .*sslmode=verify-ca/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /handshake failed: .*sslcert, sslkey/],
  ])('has the cause of %s', (code, text) => {
    expect(told(withCode(code))).toMatch(text);
    expect(told(withCode(code))).toContain(code);
  });

  it.each([
    [
      'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
      /asks for a password, and the URL holds none/,
    ],
    ['The server does not support SSL connections', /offers no TLS: switch it on there/],
    ['There was an error establishing an SSL connection', /does not answer the question for TLS/],
    ['timeout expired', /does not answer in time/],
    ['Connection terminated unexpectedly', /was cut/],
  ])('has the cause of the driver’s "%s"', (message, text) => {
    expect(told(new Error(message))).toMatch(text);
  });

  it('tells a role that does not exist from another setting that the server refuses', () => {
    for (const text of ['role "x" does not exist', 'Rolle »x« existiert nicht'])
      expect(told(withCode('22023', text))).toMatch(
        /the role of the service does not exist: run `strongroom-admin migrate`/,
      );
    for (const text of ['invalid value for parameter "a": "b"', 'ungültiger Wert für Parameter »a«: »b«'])
      expect(told(withCode('22023', text))).toMatch(/refuses the value of a setting.*`options`/);
  });

  it('has no cause for errors of rows and statements', () => {
    for (const code of ['23505', '22P02', '21000', '25P02', 'ERR_X'])
      expect(findCause(withCode(code))).toBeUndefined();
    for (const other of [undefined, null, 'ECONNREFUSED', {}]) expect(findCause(other)).toBeUndefined();
  });
});
