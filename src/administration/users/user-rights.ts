import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '../../audit/actions.js';
import { newEvent } from '../../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Principal } from '../../auth/principal.js';
import { Forbidden } from '../../common/errors.js';

/** For rights that depend on more than the route. */
@Injectable()
export class UserRights {
  constructor(@Inject(AuditWriter) private readonly audit: AuditWriter) {}

  /** @throws Forbidden, after it was recorded */
  async require(
    principal: Principal,
    permission: string,
    action: AuditAction,
    username: string,
  ): Promise<void> {
    if (!principal.permissions.has(permission)) await this.refuse(principal, permission, action, username);
  }

  /** @throws Forbidden, after it was recorded */
  async refuse(principal: Principal, needed: string, action: AuditAction, username: string): Promise<never> {
    const event = newEvent(action, principal.caller, { key: username, outcome: 'forbidden' });
    await this.audit.record(SYSTEM_LOG, event);
    throw new Forbidden(`Not permitted: ${needed}`);
  }
}
