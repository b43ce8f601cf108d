import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../api/conditions/conditions.js';
import { Refusal } from '../audit/refusal.js';
import type { TenantContext } from '../common/tenant-context.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { SecretValue } from '../crypto/secret-value.js';
import { mayMakeGlobal, mayReveal, maySee, maySetOwner, mayTouch } from './secret-access.js';
import {
  hiddenFrom,
  mayNotMakeGlobal,
  mayNotSetOwner,
  narrower,
  providerNotFound,
  secretNotFound,
  textRequired,
  unknownOwner,
} from './secret-errors.js';
import type { UpdateSecretInput } from './secret-input.js';
import { SecretPreconditions } from './secret-preconditions.js';
import { SecretSealer } from './secret-sealer.js';
import { VISIBILITIES, type SecretAttributes, type SecretDescription, type StoredSecret } from './secret.js';
import type { Decide, SecretUpdate } from './secrets.repository.js';
import { VersionLimits } from './versions/version-limits.js';
import type { CheckedValue } from './value-schema/checked-value.js';

/** Holds the decision on an update, and the value that the secret has afterwards. */
export interface DecidedUpdate {
  readonly decide: Decide;
  readonly value: () => SecretValue | undefined;
}

/** Says what is to change, and only in which states. */
interface ConditionalUpdate extends UpdateSecretInput {
  readonly conditions: Conditions;
}

/** Decides on updates of secrets, in the order in which clients know the checks. */
@Injectable()
export class UpdateSecret {
  constructor(
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(SecretPreconditions) private readonly preconditions: SecretPreconditions,
    @Inject(VersionLimits) private readonly limits: VersionLimits,
  ) {}

  /** Returns the decision on an update. The same value again makes no version, but moves the time of the update. */
  of(tenant: TenantContext, key: string, input: ConditionalUpdate, checked: CheckedValue): DecidedUpdate {
    let next: SecretValue | undefined;
    const decide: Decide = async (current, findUser): Promise<SecretUpdate | Refusal> => {
      const byRights = refusalOfUpdate(tenant, current, input.attributes);
      const refusal =
        (await this.preconditions.refusal(tenant, current, input.conditions, byRights)) ??
        (await refusalOfValue(current, input, checked)) ??
        (await this.limits.refusal(tenant, input.attributes, current)) ??
        refusalOfOwner(tenant, input);
      if (refusal !== undefined) return refusal;
      const owner = input.owner === undefined ? undefined : await findUser(input.owner);
      if (input.owner !== undefined && owner === undefined)
        return new Refusal('refused', unknownOwner(input.owner));
      const absent = refusalOfProvider(input);
      if (absent !== undefined) return absent;
      const known = await this.sealer.openValue(tenant, key, current);
      next = input.value ?? known;
      const value = await this.newVersion(tenant, current, known, next);
      const providerOptions = await this.sealer.sealOptions(tenant, current, input.providerOptions);
      return { kind: 'update', attributes: input.attributes, value, owner, providerOptions };
    };
    return { decide, value: () => next };
  }

  /**
   * Returns the value of the next version, or nothing where the value stays the same. A caller who may not read secrets
   * always makes a version, and so cannot find out by trying what the value is.
   */
  async newVersion(
    tenant: TenantContext,
    current: StoredSecret,
    known: SecretValue | undefined,
    next: SecretValue | undefined,
  ): Promise<SealedValue | undefined> {
    const isSame = next?.format === known?.format && next?.text === known?.text;
    if (next === undefined || (isSame && tenant.permissions.has('secret_get'))) return undefined;
    return this.sealer.sealValue(tenant, { ...current, version: current.version + 1 }, next);
  }
}

/** Returns why the caller may neither update nor delete a secret, if so: what the caller does not see is not there. */
export function refusalOfTouch(tenant: TenantContext, secret: SecretDescription): Refusal | undefined {
  if (!maySee(tenant, secret)) return new Refusal('not_found', secretNotFound(secret.key));
  if (!mayTouch(tenant, secret)) return new Refusal('forbidden', hiddenFrom(secret.key));
  return undefined;
}

/**
 * Returns why the caller may not give a secret these attributes, if so, in the order in which clients know the checks.
 */
export function refusalOfUpdate(
  tenant: TenantContext,
  secret: StoredSecret,
  { visibility, isHiddenValue }: Partial<SecretAttributes>,
): Refusal | undefined {
  const refusal = refusalOfTouch(tenant, secret);
  if (refusal !== undefined) return refusal;
  if (isHiddenValue !== undefined && !mayReveal(tenant, secret))
    return new Refusal('forbidden', hiddenFrom(secret.key));
  if (visibility === undefined || visibility === secret.visibility) return undefined;
  if (VISIBILITIES.indexOf(visibility) < VISIBILITIES.indexOf(secret.visibility))
    return new Refusal('refused', narrower(secret.key));
  return visibility === 'global' ? refusalOfGlobal(tenant) : undefined;
}

/** Returns why the caller may not make a secret global, if so. */
export function refusalOfGlobal(tenant: TenantContext): Refusal | undefined {
  return mayMakeGlobal(tenant) ? undefined : new Refusal('forbidden', mayNotMakeGlobal());
}

/** Refuses every provider: there are none. */
export function refusalOfProvider({
  providerName,
}: {
  providerName?: string | undefined;
}): Refusal | undefined {
  return providerName === undefined ? undefined : new Refusal('not_found', providerNotFound(providerName));
}

function refusalOfOwner(tenant: TenantContext, { owner }: UpdateSecretInput): Refusal | undefined {
  if (owner === undefined || maySetOwner(tenant)) return undefined;
  return new Refusal('forbidden', mayNotSetOwner());
}

async function refusalOfValue(
  { id, schema }: SecretDescription,
  { value }: UpdateSecretInput,
  checked: CheckedValue,
): Promise<Refusal | undefined> {
  if (value === undefined) return undefined;
  if (schema !== null) {
    const mismatch = await checked.mismatchWith({ id, schema });
    return mismatch && new Refusal('conflict', mismatch);
  }
  if (!isPlainText(value)) throw textRequired(value);
  return undefined;
}

/** Tells whether a secret without a schema can hold a value. */
export function isPlainText(value: SecretValue | undefined): boolean {
  return value?.format === 'text' && value.text !== '';
}
