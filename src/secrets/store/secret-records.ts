import type { AuditEvent } from '../../audit/audit-event.js';
import { keptExpiry } from '../expiry/secret-expiry.js';
import { attributesOf, type SecretDescription, type StoredSecret } from '../secret.js';
import type { NewSecret, SecretUpdate } from '../secrets.repository.js';
import type { SecretRecord, SecretRows } from './secret-row.js';

/** Holds the times that an import brings; now, or what is there, where they are left out. */
interface GivenTimes {
  readonly createdAt?: Date | undefined;
  readonly updatedAt?: Date | undefined;
}

export interface Insertion extends GivenTimes {
  readonly tenantId: string;
  readonly authorId: string;
  /** The author where it is left out. */
  readonly creatorId?: string | undefined;
  readonly secret: NewSecret;
  readonly event: AuditEvent;
  /** False where something else becomes of a key that is taken. */
  readonly recordConflict: boolean;
}

export interface Update extends GivenTimes {
  readonly authorId: string;
  /** The secret as it was seen when the update was decided on. */
  readonly current: StoredSecret;
  readonly update: SecretUpdate;
  readonly event: AuditEvent;
}

export interface Destruction {
  readonly authorId: string;
  readonly current: StoredSecret;
  /** The number of the version that is destroyed. */
  readonly version: number;
  readonly event: AuditEvent;
}

interface Restoration {
  readonly authorId: string;
  /** The user whose secret it becomes; undefined to keep its owner. */
  readonly ownerId: string | undefined;
  /** True if a new owner gets the provider options of the former one. */
  readonly keepsOptions: boolean;
}

/** Returns the record that `insert_secrets` takes. */
export function insertRecord(rows: SecretRows, insertion: Insertion): SecretRecord {
  const { tenantId, authorId, creatorId = authorId, secret, event, recordConflict } = insertion;
  const { createdAt, updatedAt = createdAt } = insertion;
  const { attributes, ...content } = secret;
  const columns = { ...content, ...attributes, tenantId, creatorId, createdAt, updatedAt };
  return rows.toRecord(columns, { author_id: authorId, record_conflict: recordConflict }, event);
}

/** Returns the record that `update_secrets` takes: the secret as it is to be, with the revision that was seen. */
export function updateRecord(rows: SecretRows, { authorId, current, update, ...rest }: Update): SecretRecord {
  const { tenantId, id, key, revision, mark } = current;
  const { attributes, value, providerOptions, owner, newKey } = update;
  const { event, createdAt, updatedAt } = rest;
  // A move gives nobody the value back.
  const expiresAt = newKey === undefined ? keptExpiry(current) : current.expiresAt;
  const columns = {
    ...{ ...attributesOf(current), expiresAt, ...attributes },
    ...{ tenantId, id, key, revision, mark },
    ...{ value, providerOptions: providerOptions ?? null, createdAt, updatedAt },
  };
  const members = {
    author_id: authorId,
    owner_id: owner?.id ?? null,
    widens: widens(current, update),
    replaces_options: providerOptions !== undefined,
    ...(newKey !== undefined && { new_key: newKey }),
    sets_max_versions:
      attributes?.maxVersions !== undefined && attributes.maxVersions !== current.maxVersions,
    replaces_expiry: attributes?.expiresAt !== undefined || current.isExpired,
  };
  return rows.toRecord(columns, members, event);
}

/** Returns the record that `remove_secrets` takes, and `purge_secrets`. */
export function removalRecord(rows: SecretRows, current: SecretDescription, event: AuditEvent): SecretRecord {
  const { tenantId, id, key, revision, mark } = current;
  return rows.toRecord({ tenantId, id, key, revision, mark }, {}, event);
}

/** Returns the record that `restore_secrets` takes. */
export function restorationRecord(
  rows: SecretRows,
  current: SecretDescription,
  { authorId, ownerId, keepsOptions }: Restoration,
  event: AuditEvent,
): SecretRecord {
  const { tenantId, id, key, revision, mark, visibility, creatorId } = current;
  const members = { author_id: authorId, owner_id: ownerId ?? null, keeps_options: keepsOptions };
  return rows.toRecord({ tenantId, id, key, revision, mark, visibility, creatorId }, members, event);
}

/** Returns the record that `destroy_secret_versions` takes. */
export function destructionRecord(
  rows: SecretRows,
  { authorId, current, version, event }: Destruction,
): SecretRecord {
  const { tenantId, id, key, revision, mark } = current;
  const members = { author_id: authorId, destroyed_version: version };
  return rows.toRecord({ tenantId, id, key, revision, mark }, members, event);
}

/** Tells whether the secret becomes global, which it is in nobody's way to be before. */
export function widens(current: StoredSecret, { attributes }: SecretUpdate): boolean {
  return attributes?.visibility === 'global' && current.visibility !== 'global';
}
