import { describe, expect, it } from '@jest/globals';
import { ForbiddenException, HttpException, InternalServerErrorException } from '@nestjs/common';
import { errorBody } from '../../../src/api/errors/error-body.js';
import { listEnvelope } from '../../../src/api/lists/list-envelope.js';
import { formatTime } from '../../../src/api/time-format.js';
import { toDomainError } from '../../../src/api/errors/to-domain-error.js';
import { Conflict, Unavailable } from '../../../src/common/errors.js';

describe('times', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_773_994_991_276, '2026-03-20T08:23:11.276Z'],
    [1_773_994_991_200, '2026-03-20T08:23:11.200Z'],
  ])('have three decimals: %i', (time, text) => {
    expect(formatTime(new Date(time))).toBe(text);
  });
});

describe('lists', () => {
  it('stand in an envelope', () => {
    expect(listEnvelope(['a'], { total: 5, size: 1, offset: 2 })).toEqual({
      items: ['a'],
      metadata: { pagination: { total: 5, size: 1, offset: 2 } },
    });
  });
});

describe('errors', () => {
  it.each([
    [new ForbiddenException('canary'), 403, 'forbidden_error'],
    [new HttpException('canary', 418), 418, 'bad_parameters_error'],
    [new HttpException('canary', 405), 405, 'method_not_allowed'],
    [new HttpException('canary', 302), 500, 'internal_server_error'],
    [new InternalServerErrorException('canary'), 500, 'internal_server_error'],
    [Object.assign(new Error('canary'), { statusCode: 413 }), 413, 'too_large'],
    [
      Object.assign(new Error('canary'), { statusCode: 400, code: 'ECONNRESET' }),
      400,
      'bad_parameters_error',
    ],
    [Object.assign(new Error('canary'), { statusCode: 502 }), 500, 'internal_server_error'],
    [Object.assign(new Error('canary'), { statusCode: '404' }), 500, 'internal_server_error'],
    [new TypeError('canary'), 500, 'internal_server_error'],
    ['canary', 500, 'internal_server_error'],
    [undefined, 500, 'internal_server_error'],
    [null, 500, 'internal_server_error'],
  ])('of others are known by their status (%#)', (thrown, status, code) => {
    const error = toDomainError(thrown);
    expect(error).toMatchObject({ status, code });
    expect(JSON.stringify(errorBody(error, 'id-1'))).not.toContain('canary');
  });

  it('of ours are told as they are', () => {
    const conflict = new Conflict('There is one');
    expect(toDomainError(conflict)).toBe(conflict);
    expect(errorBody(conflict, 'id-1')).toEqual({
      message: 'There is one',
      error_code: 'conflict_error',
      server_traceback: null,
    });
  });

  it('that are failures carry the id of the request', () => {
    const error = toDomainError(new Unavailable());
    expect(error.headers).toHaveProperty('Retry-After');
    expect(errorBody(error, 'id-1').message).toMatch(/; request id id-1$/);
  });
});
