import type { Visibility } from '../secret.js';

/** Names a version of a secret: by its number, or by a time at which it was the current one. */
export type VersionChoice = { readonly version: number } | { readonly at: Date };

/** Describes a version of a secret without its value. */
export interface SecretVersion {
  readonly version: number;
  readonly isCurrent: boolean;
  /** The visibility and the hidden flag that the secret had when the value was written. */
  readonly visibility: Visibility;
  readonly isHiddenValue: boolean;
  readonly createdAt: Date;
  readonly creatorName: string;
  /** Null unless the version was destroyed. */
  readonly destroyedAt: Date | null;
  readonly destroyerName: string | null;
}
