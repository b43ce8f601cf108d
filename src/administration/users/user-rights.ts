import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '../../audit/actions.js';
import { newEvent } from '../../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Principal } from '../../auth/principal.js';
import type { Forbidden } from '../../common/errors.js';
import { permissionRefused } from '../../common/tenant-refused.js';

/** Checks permissions that depend on more than the route, and records refusals. */
@Injectable()
export class UserRights {
  constructor(@Inject(AuditWriter) private readonly audit: AuditWriter) {}

  /**
   * Requires a permission of the caller.
   * @throws Forbidden when it is missing, after recording the refusal
   */
  async require(
    principal: Principal,
    permission: string,
    action: AuditAction,
    username: string,
  ): Promise<void> {
    if (principal.permissions.has(permission)) return;
    await this.refuse(principal, permissionRefused(permission), action, username);
  }

  /**
   * Refuses the request.
   * @throws the error always, after recording the refusal
   */
  async refuse(
    principal: Principal,
    error: Forbidden,
    action: AuditAction,
    username: string,
  ): Promise<never> {
    const event = newEvent(action, principal.caller, { key: username, outcome: 'forbidden' });
    await this.audit.record(SYSTEM_LOG, event);
    throw error;
  }
}
