import type { KeyObject } from 'node:crypto';
import { checkpointText, type TreeHead } from './checkpoint.js';
import { publicKeyBytes, signEd25519 } from './ed25519.js';
import { isKeyName, keyIdOf } from './key-name.js';
import { signatureLine } from './signed-note.js';
import { VerifierKey } from './verifier-key.js';

const NO_NAME = 'The origin cannot be the name of a key';

/**
 * Signs checkpoints of all logs with one key. The name under which it signs is the origin of the log, so each log has a
 * verifier key of its own.
 */
export class CheckpointSigner {
  private readonly publicKey: Buffer;

  /** @throws RangeError for a key that is no private key of Ed25519 */
  constructor(private readonly key: KeyObject) {
    if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519')
      throw new RangeError('Checkpoints are signed with a private key of Ed25519');
    this.publicKey = publicKeyBytes(key);
  }

  /**
   * Returns the key that verifies the checkpoints of a log.
   * @throws RangeError for an origin that cannot be the name of a key
   */
  verifierKey(origin: string): VerifierKey {
    const key = VerifierKey.of(origin, this.publicKey);
    if (key === undefined) throw new RangeError(NO_NAME);
    return key;
  }

  /**
   * Returns the signed checkpoint. The same head gives the same bytes. Whoever signs must never sign two roots for one
   * origin and size, nor a smaller size after a larger one.
   * @throws RangeError for an origin that cannot be the name of a key
   */
  sign(head: TreeHead): string {
    const { origin } = head;
    if (!isKeyName(origin)) throw new RangeError(NO_NAME);
    const text = checkpointText(head);
    const signature = signEd25519(Buffer.from(text), this.key);
    return `${text}\n${signatureLine({ name: origin, keyId: keyIdOf(origin, this.publicKey), signature })}`;
  }
}
