import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../api/conditions/conditions.js';
import { formatTime } from '../api/time-format.js';
import { Refusal } from '../audit/refusal.js';
import { NotFound, type PreconditionFailed, type PresentState } from '../common/errors.js';
import type { TenantContext } from '../common/tenant-context.js';
import { maySee } from './secret-access.js';
import { existsAlready, ifMatchRequired, nothingToMatch, otherState } from './secret-errors.js';
import { isIn, quoted, stateTag } from './secret-tag.js';
import type { SecretDescription, StoredSecret } from './secret.js';
import { SecretsRepository } from './secrets.repository.js';

/** Compares what requests demand of the state of a secret with the state that it is in. */
@Injectable()
export class SecretPreconditions {
  constructor(@Inject(SecretsRepository) private readonly secrets: SecretsRepository) {}

  /**
   * Returns why a secret is not changed, if so: for want of rights before the conditions are compared.
   * @param byRights the refusal for want of rights; what the caller does not see is like what does not exist
   */
  async refusal(
    tenant: TenantContext,
    current: SecretDescription,
    { ifMatch, ifNoneMatch }: Conditions,
    byRights: Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const { key } = current;
    if (byRights !== undefined) {
      const isHidden = byRights.error instanceof NotFound && ifMatch !== undefined;
      return isHidden ? new Refusal(byRights.outcome, nothingToMatch(key)) : byRights;
    }
    if (ifMatch === undefined && tenant.requiresIfMatch === true)
      return new Refusal('refused', ifMatchRequired(key, tenant.tenantName));
    const fails =
      (ifMatch !== undefined && !isIn(current, ifMatch)) ||
      (ifNoneMatch !== undefined && isIn(current, ifNoneMatch));
    return fails ? new Refusal('precondition_failed', await this.failure(tenant, current)) : undefined;
  }

  /** Returns the refusal of a creation, since the key is taken. Describes the secret only to those who see it. */
  async taken(tenant: TenantContext, current: StoredSecret): Promise<Refusal> {
    const error = maySee(tenant, current)
      ? existsAlready(current.key, await this.present(tenant, current, stateTag(current)))
      : existsAlready(current.key);
    return new Refusal('precondition_failed', error);
  }

  /** Returns the error that tells the state of a secret that the caller sees. */
  async failure(
    tenant: TenantContext,
    current: SecretDescription,
    tag = stateTag(current),
  ): Promise<PreconditionFailed> {
    return otherState(current.key, await this.present(tenant, current, tag));
  }

  /** Tells members of the secret's tenant by whom it was changed. */
  private async present(
    tenant: TenantContext,
    { tenantId, updatedAt, updatedBy }: SecretDescription,
    tag: string,
  ): Promise<PresentState> {
    const isOwn = tenantId === tenant.tenantId && updatedBy !== null;
    return {
      etag: quoted(tag),
      updated_at: formatTime(updatedAt),
      updated_by: isOwn ? await this.secrets.nameOfUser(updatedBy) : undefined,
    };
  }
}
