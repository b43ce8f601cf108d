import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import { SecretV3 } from '../dto/secret-v3.js';
import { SecretV31 } from '../dto/secret-v31.js';

const KEY = {
  name: 'key',
  description: 'A letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256',
};

/**
 * Declares a route about the secret that its path names as `:key`, which it answers with unless `answer` says
 * otherwise.
 */
export function SecretRoute(
  permission: string,
  action: Parameters<typeof TenantRoute>[1],
  options: Parameters<typeof TenantRoute>[2],
): MethodDecorator {
  const answer = { v3: SecretV3, 'v3.1': SecretV31 };
  return TenantRoute(permission, action, { answer, parameters: [KEY], ...options });
}
