import { ETAG_HEADERS } from '../../api/conditions/conditional-api.decorator.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import { NAME } from '../../api/openapi/schemas.js';
import { BadParameters, type NotFound } from '../../common/errors.js';
import { nameProblem } from '../../common/names/resource-name.js';
import { EXAMPLE_KEY } from '../dto/secret.examples.js';
import { SecretV3 } from '../dto/secret-v3.js';
import { SecretV31 } from '../dto/secret-v31.js';
import { secretNotFound } from '../secret-errors.js';

export const KEY = {
  name: 'key',
  description: 'The key: a letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256',
  schema: NAME,
};

export const BAD_KEY = new BadParameters(`Secret key: ${nameProblem('1st.password')}`);

type SecretRouteOptions = Parameters<typeof TenantRoute>[2] & {
  /** The error for what the request names and is not there; by default for the secret. */
  readonly missing?: NotFound;
};

/**
 * Declares a route about the secret that its path names as `:key`, which it answers with, and with its tag, unless the
 * options say otherwise.
 */
export function SecretRoute(
  permission: string,
  action: Parameters<typeof TenantRoute>[1],
  { missing = secretNotFound(EXAMPLE_KEY), ...options }: SecretRouteOptions,
): MethodDecorator {
  const answer = { v3: SecretV3, 'v3.1': SecretV31 };
  return TenantRoute(permission, action, {
    answer,
    answerHeaders: ETAG_HEADERS,
    parameters: [KEY],
    ...options,
    errors: [BAD_KEY, missing, ...(options.errors ?? [])],
  });
}
