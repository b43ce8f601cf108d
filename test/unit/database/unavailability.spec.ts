import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { Busy, Conflict, Unavailable } from '../../../src/common/errors.js';
import { StartupError } from '../../../src/common/startup-error.js';
import { asDatabaseError } from '../../../src/database/connection/driver-error.js';
import { startProblem } from '../../../src/database/upgrade/start-problem.js';
import { STATES } from '../../../src/database/connection/causes/error-cause.js';
import { stateOf } from '../../../src/database/connection/causes/find-cause.js';
import { explainedCause } from '../../../src/database/connection/connection-problem.js';
import { asDomainError, isContention } from '../../../src/database/connection/unavailability.js';
import { errorFields } from '../../../src/observability/error-fields.js';

function withCode(code: string, message = 'of the driver'): Error {
  return asDatabaseError(Object.assign(new Error(message), { code })) as Error;
}

/** Tells whether a request that fails for the error is answered with 503. */
function isUnavailable(error: unknown): boolean {
  const told = asDomainError(error);
  return told instanceof Unavailable || told instanceof Busy;
}

const passing = 'ECONNREFUSED ECONNRESET ETIMEDOUT EPIPE ENOENT ENOTFOUND EAI_AGAIN EHOSTUNREACH'
  .split(' ')
  .concat(
    ...['08000', '08003', '08006', '08P01', '53000', '53100', '53200', '53300', '57P01', '57P02', '57P03'],
    ...['57014', '57P04', '57P05', '25006', '25P03', '25P04', '40001', '40P01', '55P03'],
    ...['28000', '28P01', '3D000', '53400', '58000', '58030', '58P01'],
    ...['42501', '42P01', '42883', '42703', '42704', '3F000'],
    ...[
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'EMFILE',
      'EACCES',
    ],
  );
const lasting = ['23505', '23503', '22021', '22P02', '25P02', '22023', 'XX000', 'XX001', 'ERR_X'];
const messages = [
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Cannot use a pool after calling end on the pool',
];

describe('what makes the database unavailable', () => {
  it.each(passing)('is %s, bare or inside an error of TypeORM', (code) => {
    expect(isUnavailable(withCode(code))).toBe(true);
    expect(isUnavailable(new QueryFailedError('SELECT 1', [], withCode(code)))).toBe(true);
  });

  it.each(messages)('is the driver’s "%s"', (message) => {
    expect(isUnavailable(asDatabaseError(new Error(message)))).toBe(true);
    expect(isUnavailable(new Error(message))).toBe(false);
  });

  it.each([QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError])(
    'is what TypeORM says of a connection that was lost between two statements: %p',
    (type) => {
      expect(isUnavailable(new type())).toBe(true);
    },
  );

  it.each(lasting)('is not %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(false);
    expect(isUnavailable(new QueryFailedError('SELECT 1', [], withCode(code)))).toBe(false);
  });

  it('is a missing right, but no row that row-level security refused', () => {
    const refused = (routine: string) => Object.assign(withCode('42501'), { routine });
    expect(isUnavailable(refused('aclcheck_error'))).toBe(true);
    expect(isUnavailable(refused('ExecWithCheckOptions'))).toBe(false);
    expect(isUnavailable(new QueryFailedError('INSERT', [], refused('ExecWithCheckOptions')))).toBe(false);
  });

  it('is what makes a process unready, and nothing else, except for faults that waiting does not mend', () => {
    for (const [state, { ready, answer }] of Object.entries(STATES))
      expect([state, answer === 'unavailable']).toEqual([state, !ready && state !== 'faulty']);
  });

  it('is not a message of the server that only reads like it', () => {
    expect(isUnavailable(withCode('22023', 'Connection terminated'))).toBe(false);
  });

  it('is no other error, and nothing that is none', () => {
    for (const other of [
      new Conflict('x'),
      new TypeError('x'),
      undefined,
      null,
      'ECONNREFUSED',
      { code: '08006' },
    ])
      expect(isUnavailable(other)).toBe(false);
  });

  it('is an error of several addresses that were tried', () => {
    const tried = (codes: string[]) =>
      asDatabaseError(new AggregateError(codes.map((code) => withCode(code))));
    expect(isUnavailable(tried(['ECONNREFUSED', 'ENETUNREACH']))).toBe(true);
    expect(isUnavailable(tried(['ERR_X']))).toBe(false);
  });

  it('is no error of a file or of another socket, which have the same codes', () => {
    for (const code of ['ENOENT', 'EACCES', 'EMFILE', 'ENOMEM', 'ECONNRESET', 'EPIPE']) {
      const other = Object.assign(new Error('of a file'), { code, syscall: 'open', path: '/a/file' });
      expect(isUnavailable(other)).toBe(false);
      expect(explainedCause(other)).toBeUndefined();
      expect(startProblem(other)).toBe(other);
    }
  });

  it('is what a socket really says', async () => {
    const refused = await new Promise((resolve) => connect('/no/such/socket').once('error', resolve));
    expect(isUnavailable(refused)).toBe(true);
  });

  it('is contention where the server let concurrent work go on instead, and only there', () => {
    for (const code of ['40001', '40P01', '55P03']) {
      expect(isContention(withCode(code))).toBe(true);
      expect(isContention(new QueryFailedError('SELECT 1', [], withCode(code)))).toBe(true);
    }
    for (const code of ['57014', '57P01', '08006', '23505', 'ECONNRESET'])
      expect(isContention(withCode(code))).toBe(false);
    expect(isContention(undefined)).toBe(false);
  });

  it('says in the log, and to nobody else, what is full', () => {
    const path = 'could not extend file "base/5/2619": No space left on device';
    const full = new QueryFailedError(
      'INSERT',
      [],
      Object.assign(withCode('53100', path), { severity: 'ERROR' }),
    );
    const unavailable = asDomainError(full) as Unavailable;
    expect(unavailable).toBeInstanceOf(Unavailable);
    expect(unavailable.message).not.toMatch(/reach|base/);
    expect(errorFields(unavailable).cause).toMatchObject({ code: '53100', message: path });
    const line = explainedCause(unavailable);
    expect(line).toMatch(/^the disk of PostgreSQL is full \(could not extend file .*base\/5\/2619.*\): free/);
    expect(startProblem(full)).toEqual(new StartupError(`DATABASE_URL: ${line}`));
    expect(stateOf(unavailable)).toBe('full');
    expect(stateOf(asDomainError(withCode('53200')))).toBe('unusable');
  });

  it('becomes Unavailable with its cause; everything else stays as it is', () => {
    const lost = withCode('57P01');
    const unavailable = asDomainError(lost);
    expect(unavailable).toBeInstanceOf(Unavailable);
    expect((unavailable as Unavailable).cause).toBe(lost);
    expect((unavailable as Unavailable).message).not.toContain('of the driver');
    expect(asDomainError(unavailable)).toBe(unavailable);
    const duplicate = withCode('23505');
    expect(asDomainError(duplicate)).toBe(duplicate);
  });
});
