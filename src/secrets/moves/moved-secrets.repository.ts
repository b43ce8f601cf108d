import type { AuditEvent } from '../../audit/audit-event.js';
import type { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SealedValue } from '../../crypto/sealed-value.js';
import type { SealedParts, SealedVersion } from '../secret-sealer.js';
import type { StoredSecret } from '../secret.js';
import type { Missing } from '../secrets.repository.js';

/** Names the present key of a secret and its new one. */
export interface KeyPair {
  readonly key: string;
  readonly newKey: string;
}

/**
 * Says why a secret cannot get a key: `exists` if the key is taken in its tenant, `global_elsewhere` if another tenant has a
 * global secret of that key, `key_elsewhere` if the secret is global and another tenant has the key.
 */
export type KeyConflict = 'exists' | 'global_elsewhere' | 'key_elsewhere';

/** Describes how much a move would seal anew. */
export interface MoveSize {
  readonly secrets: number;
  /** Counts the values of earlier versions. */
  readonly versions: number;
  /** Counts the bytes of what is sealed, earlier versions included. */
  readonly bytes: number;
}

/** Holds the rules of a move, which are asked once the secret cannot change any more. */
export interface MoveRules {
  /** Returns why the secret does not move, if so. */
  readonly refusalOf: (current: StoredSecret, newKey: string) => Promise<Refusal | undefined>;
  /** Returns the refusal of a key that the secret cannot get. */
  readonly refusalOfKey: (newKey: string, conflict: KeyConflict) => Refusal;
  /** Seals for the new key what is bound to the present one. */
  readonly reseal: (current: StoredSecret, newKey: string) => Promise<SealedParts>;
  /** Seals for the new key the value that an earlier version has. */
  readonly resealVersion: (version: SealedVersion, newKey: string) => Promise<SealedValue>;
  /** Returns the refusal of a move that is too large. */
  readonly refusalOfSize: (size: MoveSize) => Refusal | undefined;
}

export type MoveOutcome = { readonly kind: 'changed'; readonly secret: StoredSecret } | Missing | Refusal;

/** Selects the secrets that a bulk move is about: those whose key begins with a prefix, as far as the caller sees them. */
export interface Prefix {
  readonly text: string;
  /** True if the caller also sees secrets that are private to others. */
  readonly includesPrivate: boolean;
}

/** Holds the rules of a bulk move. */
export interface BulkMoveRules extends MoveRules {
  readonly prefix: Prefix;
  /** True to change nothing. */
  readonly dryRun: boolean;
  /** Secrets are counted up to one more than this. */
  readonly mostSecrets: number;
  readonly newKeyOf: (key: string) => string;
  /** Returns the refusal of the whole where some secrets cannot move. */
  readonly refusalOfAll: (problems: readonly MoveProblem[]) => Refusal;
  /** Returns the event of one of the secrets. */
  readonly eventOf: (keys: KeyPair) => AuditEvent;
  /** Returns the event of the whole with what became of it. */
  readonly ended: (outcome: Refusal | undefined, secrets: number, problems: number) => AuditEvent;
}

/** Holds a secret that cannot move. */
export interface MoveProblem extends KeyPair {
  readonly refusal: Refusal;
}

/** Holds what a bulk move moved, or with `dryRun` would move, in the order of the keys. */
export interface BulkMove {
  readonly kind: 'moved';
  readonly moves: readonly KeyPair[];
  /** Holds the secrets that cannot move; empty unless nothing was to be changed. */
  readonly problems: readonly MoveProblem[];
}

/**
 * Moves secrets to other keys: a port. Commits each event in the transaction of the act, and throws as
 * `SecretsRepository` does.
 */
export abstract class MovedSecretsRepository {
  abstract move(
    tenant: TenantContext,
    keys: KeyPair,
    rules: MoveRules,
    event: AuditEvent,
  ): Promise<MoveOutcome>;
  /**
   * Moves all secrets of a prefix, or none, in one transaction with an event for each and one for the whole.
   * @param eventId the id of the event of the whole
   */
  abstract moveAll(tenant: TenantContext, rules: BulkMoveRules, eventId: string): Promise<BulkMove | Refusal>;
}
