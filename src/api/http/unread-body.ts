import type { Readable } from 'node:stream';
import { BadParameters, TooLarge } from '../../common/errors.js';
import { JsonBounds } from '../input/json-bounds.js';

/** Room for as many secrets as an import takes, with all that is said of them. */
const LIMITS = { values: 2_000_000, depth: 100 };

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
    const bounds = new JsonBounds(LIMITS);
    let bytes = 0;
    try {
      for await (const chunk of this.payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) throw new TooLarge(`The body is larger than ${this.maxBytes} bytes`);
        bounds.take(chunk);
        chunks.push(chunk);
      }
    } catch (error) {
      if (!(error instanceof TooLarge)) throw new BadParameters('The body ended early');
      this.payload.resume();
      throw error;
    }
    return Buffer.concat(chunks);
  }
}
