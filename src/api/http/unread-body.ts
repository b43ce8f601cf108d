import type { Readable } from 'node:stream';
import { BadParameters, TooLarge } from '../../common/errors.js';
import { JsonBounds } from '../input/json-bounds.js';

/** Limits the JSON to what the largest permitted import needs. */
const LIMITS = { values: 2_000_000, depth: 100 };

/** Represents a request body that has not been read yet, so that nothing is buffered for an unauthorized caller. */
export class UnreadBody {
  constructor(
    private readonly payload: Readable,
    private readonly maxBytes: number,
  ) {}

  /**
   * Reads the whole body.
   * @throws TooLarge as soon as a limit is exceeded; the rest of the body is discarded
   * @throws BadParameters when the client disconnects before the end
   */
  async read(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const bounds = new JsonBounds(LIMITS);
    let bytes = 0;
    try {
      for await (const chunk of this.payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) throw new TooLarge(`The body is larger than ${this.maxBytes} bytes`);
        bounds.read(chunk);
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
