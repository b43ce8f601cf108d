import type { JsonText } from '../api/json/json-text.js';
import type { SealedValue } from '../crypto/sealed-value.js';
import type { SecretValue } from '../crypto/secret-value.js';
import type { Labels } from './labels/labels.js';

/** Lists the visibilities from the narrowest to the widest. */
export const VISIBILITIES = ['private', 'tenant', 'global'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** Represents a JSON Schema that every value of a secret satisfies, as it was parsed. */
export type Schema = object;

/**
 * Holds what callers set of a secret beside what is sealed. Whatever is added here travels from the bodies of requests
 * to the row of `secrets` and back without being named on the way.
 */
export interface SecretAttributes {
  readonly visibility: Visibility;
  readonly isHiddenValue: boolean;
  /** Says in clear what the secret is for. */
  readonly description: string | null;
  /** Limits the versions that are kept, the current one included; null if the setting of the tenant decides. */
  readonly maxVersions: number | null;
  /** The time from which its value is not given out; null for none. */
  readonly expiresAt: Date | null;
  readonly labels: Labels;
}

/** Returns what a value says: a text, or what its JSON is parsed to, with the nearest double for each number. */
export function plainValue({ format, text }: SecretValue): unknown {
  return format === 'text' ? text : JSON.parse(text);
}

/** Limits a description, in characters (Unicode code points). */
export const LONGEST_DESCRIPTION = 1_024;

/** Returns why something cannot describe a secret, or undefined where it can. Newline and tab are allowed. */
export function descriptionProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string, or null';
  if (Array.from(value).length > LONGEST_DESCRIPTION)
    return `can be at most ${LONGEST_DESCRIPTION} characters long`;
  if (!value.isWellFormed()) return 'must not hold half of a character (a lone surrogate)';
  return /[^\P{Cc}\n\t]/u.test(value) ? 'must hold no control characters but newline and tab' : undefined;
}

/** Lists the attributes of a secret that nothing is said of. */
export const DEFAULT_ATTRIBUTES: SecretAttributes = {
  visibility: 'tenant',
  isHiddenValue: false,
  description: null,
  maxVersions: null,
  expiresAt: null,
  labels: {},
};

/** Returns the attributes among the properties of a secret. */
export function attributesOf(secret: SecretAttributes): SecretAttributes {
  const names = Object.keys(DEFAULT_ATTRIBUTES) as (keyof SecretAttributes)[];
  return Object.fromEntries(names.map((name) => [name, secret[name]])) as unknown as SecretAttributes;
}

/** Describes a secret without its value. */
export interface SecretDescription extends SecretAttributes {
  /** The tenant that the secret belongs to: another than the reader's where it is global. */
  readonly tenantId: string;
  readonly tenantName: string;
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly revision: number;
  /** Changes with each revision, and tells apart those of the same number before and after a restore. */
  readonly mark: string;
  /** The id of the user who made the last change; null if it is not known. */
  readonly updatedBy: string | null;
  readonly schema: JsonText | null;
  readonly providerName: string | null;
  readonly creatorId: string;
  readonly creatorName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** True if it had expired when it was looked up or written, on the clock of the database. */
  readonly isExpired: boolean;
}

/** Holds a secret as it is stored. */
export interface StoredSecret extends SecretDescription {
  readonly value: SealedValue;
  readonly providerOptions: SealedValue | null;
}

/** Describes a secret in the trash, whose value nobody can read. */
export interface TrashedSecret extends SecretDescription {
  readonly deletedAt: Date;
  /** The days for which its tenant has set to keep it; null for the installation's default. */
  readonly trashDays: number | null;
  /** True if the user whose secret it was has been deleted. */
  readonly creatorIsDeleted: boolean;
}

/** Holds a secret as a caller may see it: value and options are null where they are hidden from the caller. */
export interface VisibleSecret extends SecretDescription {
  readonly value: SealedValue | null;
  readonly providerOptions: SealedValue | null;
}

/** Holds a secret whose value was opened for a caller who may see it. */
export interface OpenedSecret extends SecretDescription {
  /** Undefined where the caller may not see it or did not ask for it. */
  readonly value: SecretValue | undefined;
  /** The JSON of the options as it was sent; null where there are none, they are not shown, or were not asked for. */
  readonly providerOptions: string | null;
}
