import type { SealedValue } from '../crypto/sealed-value.js';

/** What is known of a secret without its value. */
export interface SecretDescription {
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly revision: number;
  readonly creatorId: string;
  readonly creatorName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A secret as it is stored: its value is sealed. */
export interface StoredSecret extends SecretDescription {
  readonly value: SealedValue;
}

/** A secret whose value has been opened for a caller who may see it. */
export interface OpenedSecret extends SecretDescription {
  readonly text: string;
}
