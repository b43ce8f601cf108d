import { BadParameters, Forbidden } from '../../common/errors.js';

export function nothingNew(): BadParameters {
  return new BadParameters('Give `key`, `tenant` or both: a copy needs another key or another tenant');
}

export function newKeyOnly(): BadParameters {
  return new BadParameters(
    '`If-None-Match` of a copy is of the new key, which must be free, so it takes `*` only',
  );
}

export function hiddenFromCopier(key: string): Forbidden {
  return new Forbidden(
    `The value of the secret \`${key}\` is hidden: only its creator and administrators of its tenant can copy it`,
  );
}
