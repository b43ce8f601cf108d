import { Conflict, NotFound } from '../common/errors.js';

/** Clients match this wording. */
export function secretNotFound(key: string): NotFound {
  return new NotFound(`Requested \`Secret\` with ID \`${key}\` was not found`);
}

export function secretExists(key: string): Conflict {
  return new Conflict(`Secret with key \`${key}\` already exists in this tenant; change it with PATCH`);
}
