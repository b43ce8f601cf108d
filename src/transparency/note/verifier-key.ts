import type { KeyObject } from 'node:crypto';
import { base64, readBase64 } from '../base64.js';
import { publicKeyOf, verifyEd25519 } from './ed25519.js';
import { ED25519, isKeyName, keyIdOf } from './key-name.js';

const FORM = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/;

/**
 * Verifies the signatures of one key under one name. Its text, `<name>+<key id>+<key>`, is what C2SP signed-note calls
 * a verifier key (vkey); it is public.
 */
export class VerifierKey {
  private constructor(
    readonly name: string,
    /** The key id, 4 bytes. */
    readonly id: Buffer,
    private readonly bytes: Buffer,
    private readonly key: KeyObject,
  ) {}

  /** Returns the key of a text; undefined where the text is no verifier key of Ed25519, or its id is not its key's. */
  static parse(text: string): VerifierKey | undefined {
    const [, name = '', id = '', encoded = ''] = FORM.exec(text) ?? [];
    const material = readBase64(encoded);
    if (!isKeyName(name) || material === undefined || material[0] !== ED25519) return undefined;
    const verifier = VerifierKey.of(name, material.subarray(1));
    return verifier?.id.toString('hex') === id ? verifier : undefined;
  }

  /** Returns the key of 32 public bytes under a name; undefined where either is none. */
  static of(name: string, bytes: Uint8Array): VerifierKey | undefined {
    const key = publicKeyOf(bytes);
    if (!isKeyName(name) || key === undefined) return undefined;
    return new VerifierKey(name, keyIdOf(name, bytes), Buffer.from(bytes), key);
  }

  verifies(message: Uint8Array, signature: Uint8Array): boolean {
    return verifyEd25519(message, this.key, signature);
  }

  toString(): string {
    const material = Buffer.concat([Buffer.of(ED25519), this.bytes]);
    return `${this.name}+${this.id.toString('hex')}+${base64(material)}`;
  }
}
