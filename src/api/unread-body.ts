import type { Readable } from 'node:stream';
import { BadParameters, TooLarge } from '../common/errors.js';

/** A body that still stands on the wire: nothing of it is kept before the caller's rights are known. */
export class UnreadBody {
  constructor(
    private readonly payload: Readable,
    private readonly maxBytes: number,
  ) {}

  /**
   * @throws TooLarge, as soon as that is known; what is left of it is thrown away
   * @throws BadParameters when the caller goes before the end
   */
  async read(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of this.payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) break;
        chunks.push(chunk);
      }
    } catch {
      throw new BadParameters('The body ended early');
    }
    if (bytes <= this.maxBytes) return Buffer.concat(chunks);
    this.payload.resume();
    throw new TooLarge(`The body is larger than ${this.maxBytes} bytes`);
  }
}
