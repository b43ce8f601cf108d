import type { ApiVersion } from '../http/api-version.decorator.js';
import { listEnvelope, type ListEnvelope } from '../lists/list-envelope.js';
import type { ByVersion } from './described-operation.decorator.js';

/** Stands for all times in examples. */
export const EXAMPLE_TIME = '2026-03-20T08:23:31.276Z';

/** Stands for the password of a user in examples. */
export const EXAMPLE_PASSWORD = 'correct horse battery staple';

/** Makes an example for each version. Versions name different things, so that each example works beside the other. */
export function perVersion<T>(make: (version: ApiVersion) => T): ByVersion<T> {
  return { v3: make('v3'), 'v3.1': make('v3.1') };
}

/** Returns a list with these items alone, as it is answered. */
export function listOf<T>(...items: T[]): ListEnvelope<T> {
  return listEnvelope(items, { total: items.length, size: 1000, offset: 0 });
}
