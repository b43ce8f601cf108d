import type { Membership } from '../../users/tenant-members.service.js';
import type { TenantGroupBody, TenantUserBody } from './dto/membership.body.js';

/** Returns the membership that a body names. */
export function toMembership(body: TenantUserBody | TenantGroupBody): Membership {
  const { tenant_name: tenantName } = body;
  return 'username' in body
    ? { kind: 'user', tenantName, name: body.username }
    : { kind: 'user_group', tenantName, name: body.group_name };
}
