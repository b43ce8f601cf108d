import { isIP } from 'node:net';
import { ValidateBy } from 'class-validator';

/** Validates a list of IP addresses, each with an optional prefix length; a prefix of 0 would match every address. */
export function EachAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'eachAddress',
    validator: {
      validate: (list: unknown) => Array.isArray(list) && list.every(isAddress),
      defaultMessage: () =>
        'must be IP addresses or networks such as 10.0.0.0/8, with commas between, and not /0, which trusts everybody',
    },
  });
}

function isAddress(text: unknown): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(text)) ?? [];
  const version = isIP(address);
  if (prefix === undefined) return version !== 0;
  return version !== 0 && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128);
}
