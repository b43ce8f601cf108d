import type { SealedValue } from '../crypto/sealed-value.js';

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
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A secret as it is stored: its value is sealed. */
export interface StoredSecret extends SecretDescription {
  readonly value: SealedValue;
}

/** A secret as a caller may see it; without a value where that is hidden from the caller. */
export interface VisibleSecret extends SecretDescription {
  readonly value: SealedValue | undefined;
}

/** A secret whose value has been opened for a caller who may see it; undefined where it may not be seen. */
export interface OpenedSecret extends SecretDescription {
  readonly text: string | undefined;
}
