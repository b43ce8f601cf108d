import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { commandName } from '../../common/command-name.js';
import { StartupError } from '../../common/startup-error.js';
import { DecryptionError } from '../../crypto/crypto-errors.js';
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
  /** The key that was opened last. A restored database may have another one of the same number. */
  private opened: (ActiveSigningKey & Pick<SealedSigningKey, 'publicKey'>) | undefined;

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
    if (this.opened?.id !== stored.id || !this.opened.publicKey.equals(stored.publicKey))
      this.opened = { ...this.open(stored, installationId), publicKey: stored.publicKey };
    return this.opened;
  }

  /**
   * Replaces the key that signs, from the next checkpoint of each log on, and erases the private part of the old one, which
   * need not open. Returns the number of the new key.
   */
  async rotate(manager: EntityManager): Promise<number> {
    const installationId = await this.keys.lock(manager);
    const old = await this.keys.findActive(manager);
    if (old !== undefined) await this.keys.retire(manager, old.id);
    const { id } = await this.create(manager, installationId, (old?.id ?? 0) + 1);
    await this.keys.begin(manager, id);
    return id;
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

  private open(stored: SealedSigningKey, installationId: string): ActiveSigningKey {
    const { id, publicKey, sealed, rootKeyId } = stored;
    const seed = this.configured.unwrapSigningKey(rootKeyId, installationId, id, sealed);
    try {
      const key = privateKeyOf(seed);
      if (!publicKeyBytes(key).equals(publicKey))
        throw new DecryptionError('The key that signs the audit trail is not that of its public key');
      return { id, signer: new CheckpointSigner(key) };
    } finally {
      seed.fill(0);
    }
  }
}
