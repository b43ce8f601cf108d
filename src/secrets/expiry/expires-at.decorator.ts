import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import { EXPIRY_PATTERN, EXPIRY_RULE, readSecretExpiry } from './secret-expiry.js';

/** Tells whether a value is an expiry in one of its notations. */
function isExpiry(value: unknown): value is string {
  return typeof value === 'string' && readSecretExpiry(value) !== undefined;
}

/** Requires one of the notations of an expiry. */
export function IsExpiry(name: string, rule = EXPIRY_RULE): PropertyDecorator {
  return ValidateBy({
    name: 'isExpiry',
    validator: { validate: isExpiry, defaultMessage: () => `\`${name}\` ${rule}` },
  });
}

/** Declares the field of a body that says when the secret expires. */
export function ExpiresAt(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ required: false, type: String, nullable: true, pattern: EXPIRY_PATTERN },
      description:
        'When the secret expires, in the future: RFC 3339, `YYYY-MM-DD HH:mm` in UTC, or an offset such as `+10h`, ' +
        '`+30 minutes` or `+1 day`. From then on a read is answered with 410. Null for never; a change that leaves it out ' +
        'keeps it, and clears one that has passed',
    }),
    ValidateIf((_body, value) => value !== undefined && value !== null),
    IsExpiry('expires_at', `${EXPIRY_RULE}, or null`),
  );
}
