import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { Refusal } from '../../audit/refusal.js';
import { Conflict } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SecretValue } from '../../crypto/secret-value.js';
import { hiddenFrom } from '../secret-errors.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import type { StoredSecret, VisibleSecret } from '../secret.js';
import type { SecretUpdate } from '../secrets.repository.js';
import { shareOf } from '../share-of.js';
import { isPlainText, refusalOfTouch, UpdateSecret, type DecidedUpdate } from '../update-secret.js';
import { CheckedValue } from '../value-schema/checked-value.js';
import { SchemaValidator } from '../value-schema/schema-validator.js';
import { SecretVersionsRepository } from './secret-versions.repository.js';
import { versionDestroyed, versionNotFound } from './version-errors.js';

/** Decides on restoring versions: whoever may change the secret and read the version may do so. */
@Injectable()
export class RestoreVersion {
  constructor(
    @Inject(SecretVersionsRepository) private readonly versions: SecretVersionsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(UpdateSecret) private readonly updates: UpdateSecret,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
  ) {}

  /** Returns the decision. Restoring the value that the secret has makes no version, as for any other update. */
  of(tenant: TenantContext, key: string, version: number, conditions: Conditions): DecidedUpdate {
    let restored: SecretValue | undefined;
    const decide = async (current: StoredSecret): Promise<SecretUpdate | Refusal> => {
      const byRights = refusalOfTouch(tenant, current);
      const refusal = await this.preconditions.refusal(tenant, current, conditions, byRights);
      if (refusal !== undefined) return refusal;
      const found = await this.versionOf(tenant, key, version);
      if (found instanceof Refusal) return found;
      restored = await this.sealer.openValue(tenant, key, found);
      if (restored === undefined) return new Refusal('forbidden', hiddenFrom(key));
      const mismatch = await this.mismatch(tenant, current, restored);
      if (mismatch !== undefined) return new Refusal('conflict', mismatch);
      const known = await this.sealer.openValue(tenant, key, current);
      return { kind: 'update', value: await this.updates.newVersion(tenant, current, known, restored) };
    };
    return { decide, value: () => restored };
  }

  private async versionOf(
    tenant: TenantContext,
    key: string,
    version: number,
  ): Promise<VisibleSecret | Refusal> {
    const found = await this.versions.find(tenant, key, version);
    if (found.kind === 'destroyed') return new Refusal('gone', versionDestroyed(key, { version }, found.at));
    return 'secret' in found ? found.secret : new Refusal('not_found', versionNotFound(key, { version }));
  }

  /** Returns why the secret cannot have the value again, if so: its schema may have changed since. */
  private async mismatch(
    tenant: TenantContext,
    { id, key, schema }: StoredSecret,
    value: SecretValue,
  ): Promise<Conflict | undefined> {
    if (schema !== null)
      return new CheckedValue(this.validator, shareOf(tenant), value).mismatchWith({ id, schema });
    return isPlainText(value) ? undefined : noTextNow(key);
  }
}

function noTextNow(key: string): Conflict {
  return new Conflict(
    `The version is not a text, and the secret \`${key}\` has no schema that allows anything else; set a new value instead`,
  );
}
