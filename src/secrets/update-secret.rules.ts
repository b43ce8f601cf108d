import type { DomainError } from '../common/domain-error.js';
import type { TenantContext } from '../common/tenant-context.js';
import { mayMakeGlobal, mayReveal, maySee, maySetOwner, mayTouch } from './secret-access.js';
import {
  hiddenFrom,
  mayNotMakeGlobal,
  mayNotSetOwner,
  narrower,
  providerNotFound,
  secretNotFound,
} from './secret-errors.js';
import type { Refusal } from './secrets.repository.js';
import { VISIBILITIES, type SecretDescription, type StoredSecret, type Visibility } from './secret.js';

/** What is to change; what is left out stays. */
export interface UpdateSecretInput {
  /** A text that is not empty, or whatever the secret's schema allows. */
  readonly value?: unknown;
  readonly visibility?: Visibility | undefined;
  readonly isHiddenValue?: boolean | undefined;
  /** The name of the user whose secret it becomes. */
  readonly owner?: string | undefined;
  readonly providerName?: string | undefined;
  /** None at all take away those that are there. */
  readonly providerOptions?: object | undefined;
}

/** Why the caller may neither change nor delete it, if so: what the caller does not see is not there. */
export function refusalOfTouch(tenant: TenantContext, secret: StoredSecret): Refusal | undefined {
  if (!maySee(tenant, secret)) return refused('not_found', secret.key, secretNotFound(secret.key));
  if (!mayTouch(tenant, secret)) return refused('forbidden', secret.key, hiddenFrom(secret.key));
  return undefined;
}

/** The same for a change, in the order in which clients know the checks. */
export function refusalOfChange(
  tenant: TenantContext,
  secret: StoredSecret,
  { visibility, isHiddenValue }: UpdateSecretInput,
): Refusal | undefined {
  const refusal = refusalOfTouch(tenant, secret);
  if (refusal !== undefined) return refusal;
  if (isHiddenValue !== undefined && !mayReveal(tenant, secret))
    return refused('forbidden', secret.key, hiddenFrom(secret.key));
  if (visibility === undefined || visibility === secret.visibility) return undefined;
  if (VISIBILITIES.indexOf(visibility) < VISIBILITIES.indexOf(secret.visibility))
    return refused('refused', secret.key, narrower(secret.key));
  if (visibility === 'global' && !mayMakeGlobal(tenant))
    return refused('forbidden', secret.key, mayNotMakeGlobal());
  return undefined;
}

export function refusalOfOwner(
  tenant: TenantContext,
  { key }: SecretDescription,
  { owner }: UpdateSecretInput,
): Refusal | undefined {
  if (owner === undefined || maySetOwner(tenant)) return undefined;
  return refused('forbidden', key, mayNotSetOwner());
}

/** There are no providers. */
export function refusalOfProvider(
  { key }: { readonly key: string },
  { providerName }: Pick<UpdateSecretInput, 'providerName'>,
): Refusal | undefined {
  return providerName === undefined ? undefined : refused('not_found', key, providerNotFound(providerName));
}

export function refused(outcome: Refusal['outcome'], key: string, error: DomainError): Refusal {
  return { kind: 'refused', outcome, key, error };
}
