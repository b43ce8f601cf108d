import {
  BadParameters,
  Conflict,
  NotFound,
  PreconditionFailed,
  PreconditionRequired,
} from '../../common/errors.js';
import { printable } from '../../common/printable.js';

/** Shows a secret in the trash in examples. */
export const EXAMPLE_TRASH_ID = '0196f3a1-7c3e-7d2a-9b4f-2c6d8e0f1a3b';

/** Says that there is no such secret in the trash; one that the caller does not see is the same. */
export function notInTrash(id: string): NotFound {
  return new NotFound(
    `The trash has no secret \`${id}\`: it was restored or purged, is of another tenant, or is private to another user; ` +
      'GET /api/v3.1/trash/secrets lists what it has',
  );
}

/** Answers `If-Match` for a secret that is not in the trash; one that the caller does not see is the same. */
export function nothingToMatchInTrash(id: string): PreconditionFailed {
  return new PreconditionFailed(
    `The secret \`${id}\` is not in the state that \`If-Match\` demands: it was restored or purged, or is private to ` +
      'another user; GET /api/v3.1/trash/secrets lists what the trash has',
  );
}

/** Answers a change without `If-Match` in a tenant that requires it. Nothing reads a secret in the trash by its key. */
export function ifMatchRequiredInTrash(id: string, tenantName: string): PreconditionRequired {
  return new PreconditionRequired(
    `The tenant \`${printable(tenantName)}\` takes changes with \`If-Match\` only: send the \`etag\` that ` +
      `GET /api/v3.1/trash/secrets lists for \`${id}\`, or \`If-Match: *\` to act on whatever it is`,
  );
}

export function keyTaken(key: string): Conflict {
  return new Conflict(
    `The key \`${key}\` is taken, in this tenant or by a global secret: delete that secret first; the trash still keeps ` +
      'this one',
  );
}

export function globalKeyTaken(key: string): Conflict {
  return new Conflict(
    `The secret \`${key}\` is global, and another tenant has that key now: it can be restored once that tenant has deleted ` +
      'its secret; the trash still keeps this one',
  );
}

export function badTrashId(): BadParameters {
  return new BadParameters(
    '`id` must be the id of a secret in the trash, a UUID: `Strongroom-Trash-Id` of the deletion has it, ' +
      'and GET /api/v3.1/trash/secrets lists it as `id`',
  );
}
