import { formatTime } from '../../api/time-format.js';
import { BadParameters, Conflict, Forbidden, NotFound, VersionDestroyed } from '../../common/errors.js';
import { MOST_VERSION_NUMBER } from './version-number.js';
import type { VersionChoice } from './secret-version.js';

/** Says that the caller sees no such version; one that was private to another user is like one that never was. */
export function versionNotFound(key: string, choice: VersionChoice): NotFound {
  if ('version' in choice)
    return new NotFound(
      `The secret \`${key}\` has no version ${choice.version} that you may read: it was never made, is no longer kept, or ` +
        'was private to another user; list its versions to see which there are',
    );
  return new NotFound(
    `No version of the secret \`${key}\` that you may read is kept from ${formatTime(choice.at)}: the secret did not ` +
      'exist yet, or its version of that time is no longer kept or was private to another user; list its versions',
  );
}

export function versionDestroyed(key: string, choice: VersionChoice, at: Date): VersionDestroyed {
  const version =
    'version' in choice ? `Version ${choice.version}` : `The version of ${formatTime(choice.at)}`;
  return new VersionDestroyed(
    `${version} of the secret \`${key}\` was destroyed at ${formatTime(at)}: its value was erased and cannot be read ` +
      'again; list the versions to see which others there are',
  );
}

/** Answers readers of other tenants, who see what a global secret is and not what it was. */
export function versionsOfOthers(key: string): Forbidden {
  return new Forbidden(
    `The versions of the secret \`${key}\` are for its own tenant: it is a global one of another tenant; read it without ` +
      '`version` and `at`',
  );
}

export function currentVersion(key: string, version: number): Conflict {
  return new Conflict(
    `Version ${version} is the current one of the secret \`${key}\` and cannot be destroyed: give the secret another ` +
      'value first, or delete it',
  );
}

export function badVersionNumber(where: string): BadParameters {
  return new BadParameters(
    `${where} must be the number of a version: a whole number from 1 to ${MOST_VERSION_NUMBER}`,
  );
}

export function badTime(): BadParameters {
  return new BadParameters(
    '`at` must be a time with its zone, such as `2026-03-20T08:23:31Z` or `2026-03-20T08:23:31.276-05:00`; write a `+` as `%2B`',
  );
}

export function eitherVersionOrTime(): BadParameters {
  return new BadParameters('Give `version` or `at`, not both');
}
