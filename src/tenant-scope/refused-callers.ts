import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_LOG } from '../audit/audit-writer.js';
import { foreignCaller } from '../audit/foreign-caller.js';
import type { Caller, TenantContext } from '../common/tenant-context.js';
import { Lanes } from '../database/lanes.js';

/** Takes the tenant as $1 and the user as $2. */
const MEMBERSHIP = `
  SELECT EXISTS (SELECT FROM tenant_users WHERE tenant_id = $1 AND user_id = $2)
      OR EXISTS (SELECT FROM tenant_user_groups g JOIN user_group_members m USING (group_id)
                 WHERE g.tenant_id = $1 AND m.user_id = $2) AS "isMember"`;

/** Tells how much the log of a tenant may say of callers who were refused there. */
@Injectable()
export class RefusedCallers {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /**
   * Returns a caller as a log shows it: to a tenant only its members by name, and others by ids. It asks for the system's log
   * too, so that a refusal takes as long where there is no such tenant.
   * @throws Busy, Unavailable as `Lanes.query` does
   */
  async shownIn(
    logId: string,
    { userId, caller }: Pick<TenantContext, 'userId' | 'caller'>,
  ): Promise<Caller> {
    const statement = { name: 'tenant_membership', text: MEMBERSHIP, values: [logId, userId] };
    const share = { group: userId, member: '' };
    const [row] = await this.lanes.query<{ isMember: boolean }>('reads', share, statement);
    return logId === SYSTEM_LOG || row?.isMember === true ? caller : foreignCaller(caller);
  }
}
