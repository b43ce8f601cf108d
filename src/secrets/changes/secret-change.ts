import type { Visibility } from '../secret.js';

/** Lists what can happen to a secret. A secret that is moved is deleted under one key and created under the other. */
export const CHANGE_KINDS = ['created', 'updated', 'deleted', 'expired'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Names a place in the feed. The mark tells it from the one of the same number before a restore. */
export interface FeedPlace {
  readonly position: number;
  readonly mark: string;
}

/** Describes a change of a secret, with what decides who may see it. Never holds a value. */
export interface SecretChange extends FeedPlace {
  readonly kind: ChangeKind;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly key: string;
  readonly version: number;
  readonly revision: number;
  readonly visibility: Visibility;
  readonly creatorId: string;
  /** The user from whom the change took the secret, if it did. */
  readonly formerOwnerId: string | null;
  readonly changedAt: Date;
}

/** Holds the changes up to a place. */
export interface ChangePage {
  readonly changes: readonly SecretChange[];
  readonly upto: FeedPlace;
  /** Tells whether there may be further changes at once. */
  readonly more: boolean;
}
