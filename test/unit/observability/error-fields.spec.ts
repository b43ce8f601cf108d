import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EntityNotFoundError, QueryFailedError } from 'typeorm';
import { Conflict } from '../../../src/common/errors.js';
import { errorFields } from '../../../src/observability/error-fields.js';

const CANARY = 'canary-91f0';

/**
 * Returns an error like the driver's: every field that PostgreSQL fills from a row or a statement contains the canary.
 */
function driverError(): Error {
  return Object.assign(new Error(`invalid input syntax for type uuid: "${CANARY}"\n    at ${CANARY}:1:1`), {
    severity: 'ERROR',
    code: '22P02',
    detail: `Key (key)=(${CANARY}) already exists.`,
    where: `unnamed portal parameter $1 = '${CANARY}'`,
    hint: CANARY,
    internalQuery: CANARY,
    constraint: 'secrets_tenant_key',
    table: 'secrets',
    routine: 'string_to_uuid',
  });
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('errorFields', () => {
  it('keeps codes and names of the schema of a database error, and where it was', () => {
    const fields = errorFields(driverError());
    expect(JSON.stringify(fields)).not.toContain(CANARY);
    expect(fields).toMatchObject({
      type: 'Error',
      code: '22P02',
      constraint: 'secrets_tenant_key',
      table: 'secrets',
      routine: 'string_to_uuid',
    });
    expect(fields.message).toBeUndefined();
    expect(fields.stack).toContain('error-fields.spec');
  });

  it("keeps the same of TypeORM's error around it, wherever it stands", () => {
    const failed = new QueryFailedError(`SELECT '${CANARY}'`, [CANARY], driverError());
    const around = new Error('the act failed', { cause: failed });
    expect(errorFields(failed)).toMatchObject({ type: 'QueryFailedError', code: '22P02', table: 'secrets' });
    expect(errorFields(around)).toMatchObject({ message: 'the act failed', cause: { code: '22P02' } });
    for (const error of [failed, around]) expect(JSON.stringify(errorFields(error))).not.toContain(CANARY);
  });

  it('drops the messages that repeat what was given', () => {
    const errors = [
      new EntityNotFoundError('secret', { key: CANARY }),
      thrownBy(() => JSON.parse(CANARY)),
      thrownBy(() => readFileSync(`/${CANARY}\0`)),
      thrownBy(() => new URL(CANARY)),
    ];
    for (const error of errors) {
      expect(JSON.stringify(errorFields(error))).not.toContain(CANARY);
      expect(errorFields(error).stack).toContain(' at ');
    }
    expect(errorFields(errors[2])).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', type: 'TypeError' });
    expect(errorFields(errors[2]).message).toContain('must be');
  });

  it("keeps the message of the service's own errors and of the system's", () => {
    expect(errorFields(new Conflict('the key is taken'))).toMatchObject({
      type: 'Conflict',
      code: 'conflict_error',
      message: 'the key is taken',
    });
    expect(errorFields(thrownBy(() => readFileSync('/none/such')))).toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('no such file'),
    });
  });

  it('tells only the type of what is no error', () => {
    for (const thrown of [CANARY, { message: CANARY }, [CANARY], null, undefined]) {
      expect(errorFields(thrown)).toEqual({ type: typeof thrown });
    }
  });

  it('ends where errors cause each other, and where a message is long', () => {
    const error = new Error('x'.repeat(10_000));
    error.cause = error;
    const fields = errorFields(error);
    expect(fields.message).toHaveLength(500);
    expect(JSON.stringify(fields).length).toBeLessThan(40_000);
  });
});
