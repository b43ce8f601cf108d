import type { SchemaObject } from '@nestjs/swagger';

/** Describes a time in an answer. */
export const TIME = {
  type: String,
  format: 'date-time',
  example: '2026-03-20T08:23:31.276Z',
  description: 'UTC, with milliseconds',
};

/** Describes the name of a new secret, tenant, user or group, by the rule of `nameProblem`. */
export const NAME = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: '^[A-Za-z][A-Za-z0-9._~-]*$',
} as const;

/** Describes a boolean of a body, which older clients send as text. */
export const FLAG: { oneOf: SchemaObject[] } = {
  oneOf: [{ type: 'boolean' }, { type: 'string', pattern: '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$' }],
};

/** Describes a flag that null leaves out. */
export const FLAG_OR_NULL = { oneOf: [...FLAG.oneOf, { type: 'null' }] };

/** Describes any JSON object. */
export const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;

/** Describes any JSON value. */
export const ANY_VALUE = {
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    ANY_OBJECT,
    { type: 'array', items: {} },
    { type: 'null' },
  ],
};

/** Describes a field that is always null, for older clients. */
export const NOTHING = { type: 'null' } as const;

/** Describes a number of things. */
export const COUNT = { type: 'integer', minimum: 0 } as const;

/** Describes text in a database, which holds no U+0000. */
export const STORABLE = { type: 'string', pattern: '^[^\\u0000]*$' } as const;

/** Describes text without control characters. */
export const WITHOUT_CONTROLS = { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' } as const;
