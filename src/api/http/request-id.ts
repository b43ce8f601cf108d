import { newId } from '../../common/ids.js';

const ACCEPTED = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's own id for the request where it is short and harmless, else a new one. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTED.test(header) ? header : newId();
}
