import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { commandName } from '../../common/command-name.js';
import { StartupError } from '../../common/startup-error.js';
import { RootKeys } from '../../crypto/root-keys.js';
import { RootKeysRepository } from '../../tenants/root-keys.repository.js';
import { CheckpointSigner } from '../../transparency/note/checkpoint-signer.js';
import { newPrivateKeySeed, privateKeyOf, publicKeyBytes } from '../../transparency/note/ed25519.js';
import { SigningKeysRepository, type SealedSigningKey } from './signing-keys.repository.js';

/** Holds the key that signs, with its number. */
export interface ActiveSigningKey {
  readonly id: number;
  readonly signer: CheckpointSigner;
}

/**
 * Gives the one key that signs the checkpoints of all logs. Its private part is sealed under the active root key. All
 * methods run in a transaction that holds the lock of the sequence `audit`.
 */
@Injectable()
export class SigningKeys {
  /** The key that was opened last, which stays the same until it is replaced. */
  private opened: ActiveSigningKey | undefined;

  constructor(
    @Inject(RootKeys) private readonly configured: RootKeys,
    @Inject(RootKeysRepository) private readonly rootKeys: RootKeysRepository,
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
  ) {}

  /**
   * Returns the key that signs, and creates the first one.
   * @throws UnknownKeyError, DecryptionError when the stored key does not open with the configured root keys
   */
  async active(manager: EntityManager, installationId: string): Promise<ActiveSigningKey> {
    const stored = (await this.keys.findActive(manager)) ?? (await this.create(manager, installationId, 1));
    if (this.opened?.id !== stored.id) this.opened = this.open(stored, installationId);
    return this.opened;
  }

  /** Replaces the key that signs, and erases the private part of the old one. Returns the new key. */
  async rotate(manager: EntityManager, installationId: string): Promise<ActiveSigningKey> {
    const { id } = await this.active(manager, installationId);
    await this.keys.retire(manager, id);
    return this.open(await this.create(manager, installationId, id + 1), installationId);
  }

  /** Returns the public keys of all keys that ever signed, by their numbers. */
  publicKeys(manager: EntityManager): Promise<ReadonlyMap<number, Buffer>> {
    return this.keys.findPublic(manager);
  }

  private async create(
    manager: EntityManager,
    installationId: string,
    id: number,
  ): Promise<SealedSigningKey> {
    const rootKeyId = await this.rootKeys.findActiveId(manager);
    if (rootKeyId === undefined)
      throw new StartupError(`The database knows no active root key; run \`${commandName()} migrate\``);
    const seed = newPrivateKeySeed();
    try {
      const sealed = this.configured.wrapSigningKey(rootKeyId, installationId, id, seed);
      const key = { id, publicKey: publicKeyBytes(privateKeyOf(seed)), sealed, rootKeyId };
      await this.keys.insert(manager, key);
      return key;
    } finally {
      seed.fill(0);
    }
  }

  private open({ id, sealed, rootKeyId }: SealedSigningKey, installationId: string): ActiveSigningKey {
    const seed = this.configured.unwrapSigningKey(rootKeyId, installationId, id, sealed);
    try {
      return { id, signer: new CheckpointSigner(privateKeyOf(seed)) };
    } finally {
      seed.fill(0);
    }
  }
}
