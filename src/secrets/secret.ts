import type { SealedValue } from '../crypto/sealed-value.js';
import type { SecretValue } from '../crypto/secret-value.js';

/** From the narrowest to the widest. */
export const VISIBILITIES = ['private', 'tenant', 'global'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** What is known of a secret without its value. */
export interface SecretDescription {
  /** The tenant that the secret belongs to: another than the reader's where it is global. */
  readonly tenantId: string;
  readonly tenantName: string;
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly revision: number;
  readonly visibility: Visibility;
  readonly isHiddenValue: boolean;
  readonly creatorId: string;
  readonly creatorName: string;
  readonly providerName: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A JSON Schema that every value of the secret satisfies. */
export type Schema = object;

/** What a list does not have. */
interface WholeSecret extends SecretDescription {
  readonly schema: Schema | null;
}

/** A secret as it is stored: its value is sealed. */
export interface StoredSecret extends WholeSecret {
  readonly value: SealedValue;
  readonly providerOptions: SealedValue | null;
}

/** A secret as a caller may see it; without a value or options where they are hidden from the caller. */
export interface VisibleSecret extends WholeSecret {
  readonly value: SealedValue | undefined;
  readonly providerOptions: SealedValue | null;
}

/** A secret whose value has been opened for a caller who may see it; undefined where it may not be seen. */
export interface OpenedSecret extends WholeSecret {
  readonly value: SecretValue | undefined;
  /** The JSON of the options; null where there are none, they are not shown, or were not asked for. */
  readonly providerOptions: string | null;
}
