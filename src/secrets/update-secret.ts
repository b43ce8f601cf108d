import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '../common/tenant-context.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { CheckedValue } from './value-schema/checked-value.js';
import {
  refusalOfChange,
  refusalOfOwner,
  refusalOfProvider,
  refused,
  type UpdateSecretInput,
} from './update-secret.rules.js';
import { textRequired, unknownOwner } from './secret-errors.js';
import { SecretSealer } from './secret-sealer.js';
import type { Change, Decide, Refusal } from './secrets.repository.js';
import type { StoredSecret } from './secret.js';

/** What becomes of a secret by an update, and the value that it has then. */
export interface Changing {
  readonly decide: Decide;
  readonly value: () => SecretValue | undefined;
}

/** Decides on changes of secrets, in the order in which clients know the checks. */
@Injectable()
export class SecretChanges {
  constructor(@Inject(SecretSealer) private readonly sealer: SecretSealer) {}

  /** The same value again makes no version, but moves the time of the update. */
  of(tenant: TenantContext, key: string, wanted: UpdateSecretInput, checked: CheckedValue): Changing {
    let kept: SecretValue | undefined;
    const decide: Decide = async (current, findUser): Promise<Change | Refusal> => {
      const refusal =
        refusalOfChange(tenant, current, wanted) ??
        (await refusalOfValue(current, wanted, checked)) ??
        refusalOfOwner(tenant, current, wanted);
      if (refusal !== undefined) return refusal;
      const owner = wanted.owner === undefined ? undefined : await findUser(wanted.owner);
      if (wanted.owner !== undefined && owner === undefined)
        return refused('refused', key, unknownOwner(wanted.owner));
      const absent = refusalOfProvider(current, wanted);
      if (absent !== undefined) return absent;
      const known = await this.sealer.openValue(tenant, key, current);
      kept = wanted.value === undefined ? known : toSecretValue(wanted.value);
      const { visibility, isHiddenValue } = wanted;
      const value = await this.sealedAnew(tenant, current, known, kept);
      const providerOptions = await this.sealer.sealOptions(tenant, current, wanted.providerOptions);
      return { kind: 'change', value, visibility, isHiddenValue, owner, providerOptions };
    };
    return { decide, value: () => kept };
  }

  private async sealedAnew(
    tenant: TenantContext,
    current: StoredSecret,
    known: SecretValue | undefined,
    next: SecretValue | undefined,
  ): Promise<SealedValue | undefined> {
    const same = next === undefined || (next.format === known?.format && next.text === known.text);
    if (same) return undefined;
    return this.sealer.sealValue(tenant, { ...current, version: current.version + 1 }, next);
  }
}

/** Text as it is; everything else, which only a schema lets in, as JSON. */
export function toSecretValue(value: unknown): SecretValue {
  return typeof value === 'string'
    ? { format: 'text', text: value }
    : { format: 'json', text: JSON.stringify(value) };
}

/** What a secret without a schema can hold. */
export function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

async function refusalOfValue(
  current: StoredSecret,
  { value }: UpdateSecretInput,
  checked: CheckedValue,
): Promise<Refusal | undefined> {
  const { id, key, schema } = current;
  if (value === undefined) return undefined;
  if (schema !== null) {
    const mismatch = await checked.mismatchWith({ id, schema });
    return mismatch === undefined ? undefined : refused('conflict', key, mismatch);
  }
  if (!isPlainText(value)) throw textRequired();
  return undefined;
}
