import { newId } from '../../common/ids.js';
import { maskTokens } from '../../common/mask-tokens.js';

const ACCEPTED = /^[A-Za-z0-9._:-]{1,128}$/;

/** Returns the request id that the caller sent if it is short, safe to log and no token, otherwise a new one. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTED.test(header) && maskTokens(header) === header
    ? header
    : newId();
}
