import { Inject, Injectable } from '@nestjs/common';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import { Keyring } from '../../crypto/keyring.js';
import { uint64, uuidBytes } from '../../crypto/length-prefixed.js';
import { notACursor } from './change-errors.js';
import type { FeedPlace } from './secret-change.js';

const PURPOSE = 'secret changes';

/** Counts the characters of a cursor, which all have the same length. */
export const CURSOR_LENGTH = 82;
const CURSOR = new RegExp(`^[A-Za-z0-9_-]{${CURSOR_LENGTH}}$`);

/**
 * Turns places of the feed into texts for callers of a tenant, and back. Places are numbered across tenants, so they are
 * sealed: whoever could read the number would count the changes of others. Each text is new, so that nobody can tell
 * either whether the place has moved.
 */
@Injectable()
export class ChangeCursors {
  constructor(@Inject(Keyring) private readonly keyring: Keyring) {}

  /** @throws Unavailable when the tenant's key cannot be read */
  async write(tenantId: string, { position, mark }: FeedPlace): Promise<string> {
    const cipher = await this.keyring.cipher(tenantId);
    const place = Buffer.concat([uint64(position), uuidBytes(mark)]);
    return cipher.sealCursor(PURPOSE, place).toString('base64url');
  }

  /**
   * Returns the place that a cursor names; undefined for one that the tenant's keys do not open, because it is another
   * tenant's, was altered, or is from before a restore.
   * @param name names the parameter, for the error
   * @throws BadParameters for a text that cannot be a cursor
   * @throws Unavailable when the tenant's key cannot be read
   */
  async read(tenantId: string, text: string, name: string): Promise<FeedPlace | undefined> {
    if (!CURSOR.test(text)) throw notACursor(name);
    try {
      const place = await this.keyring.openCursor(tenantId, PURPOSE, Buffer.from(text, 'base64url'));
      return { position: Number(place.readBigUInt64BE()), mark: uuidOf(place.subarray(8)) };
    } catch (error) {
      if (error instanceof DecryptionError || error instanceof UnknownKeyError) return undefined;
      throw error;
    }
  }
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
