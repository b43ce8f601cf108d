import { driverErrorOf } from './driver-error.js';

/**
 * The name of the constraint that refused a statement, or undefined for any other error. Each adapter maps the names
 * of its own tables to domain errors.
 */
export function constraintOf(error: unknown): string | undefined {
  return driverErrorOf(error)?.constraint;
}
