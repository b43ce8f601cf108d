import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadParameters, RequestTimeout, TooLarge } from '../../common/errors.js';
import type { Share } from '../../common/turns/turn-queue.js';
import { ArrivalWatch, describeLimits, type ArrivalLimits } from './arrival-watch.js';
import type { BodyRoom } from './body-room.js';

/** Limits the bodies that are parsed in one piece, which must not hold up the event loop for long. */
const ONE_PIECE_BYTES = 1024 * 1024;

/** Limits the bytes of a body that are read before the event loop serves others. */
const BYTES_OF_A_TURN = 256 * 1024;

/** Identifies who reads a body, and the response to that request. */
export interface BodyReader {
  /** The tenant and caller whose memory the body takes. */
  readonly share: Share;
  readonly response: ServerResponse;
}

export interface BodyRules {
  readonly maxBytes: number;
  /** True for a route whose bodies are parsed in parts, whatever their size. */
  readonly inParts: boolean;
  /** Limits a part of a large body that is parsed at once. */
  readonly maxPartBytes: number;
  /** The memory that a byte takes until the request is answered, in bytes: as read, parsed, sealed and sent on. */
  readonly memoryOfByte: number;
  readonly room: BodyRoom;
  readonly arrival: ArrivalLimits;
}

/** Represents a request body that has not been read yet, so that nothing is buffered for an unauthorized caller. */
export class UnreadBody {
  private giveBack: (() => void) | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly rules: BodyRules,
  ) {}

  /** Tells whether the body is to be parsed in parts. */
  get isLarge(): boolean {
    return this.rules.inParts || this.mostBytes > ONE_PIECE_BYTES;
  }

  get maxPartBytes(): number {
    return this.rules.maxPartBytes;
  }

  /**
   * Reads the whole body.
   * @throws TooLarge as soon as the limit is exceeded
   * @throws RequestTimeout when it stops arriving
   * @throws Busy when there is no room for it
   * @throws BadParameters when the client disconnects before the end
   */
  async read(reader: BodyReader): Promise<Buffer> {
    await this.begin(reader);
    if (this.request.complete && this.request.readableFlowing === null) return this.whatArrived();
    const chunks: Buffer[] = [];
    await this.listen((bytes) => chunks.push(bytes));
    return Buffer.concat(chunks);
  }

  /**
   * Passes the body on as it arrives, and lets the event loop serve others in between.
   * @param take may throw, which ends the reading
   * @throws as `read` does
   */
  async pass(reader: BodyReader, take: (bytes: Buffer) => void): Promise<void> {
    await this.begin(reader);
    await this.listen(take);
  }

  /** Gives the memory back when the answer has been sent, since the answer may hold as much as the body did. */
  answered(response: ServerResponse): void {
    const { giveBack } = this;
    if (giveBack === undefined) return;
    this.giveBack = undefined;
    const { socket } = this.request;
    // An answer that waits behind others never closes when the connection ends before its turn.
    const done = (): void => {
      response.off('close', done);
      socket.off('close', done);
      giveBack();
    };
    if (response.closed || socket.destroyed) giveBack();
    else {
      response.once('close', done);
      socket.once('close', done);
    }
  }

  /** Returns the declared length, or the limit if none is declared. */
  private get mostBytes(): number {
    const declared = this.request.headers['content-length'];
    return declared === undefined ? this.rules.maxBytes : Number(declared);
  }

  private async begin({ share, response }: BodyReader): Promise<void> {
    const { room, memoryOfByte } = this.rules;
    this.giveBack = await room.take(share, memoryOfByte * this.mostBytes);
    if (isAwaited(this.request)) response.writeContinue();
  }

  /** Returns a body that has arrived completely, as small ones have, even if the client has disconnected since. */
  private whatArrived(): Buffer {
    const bytes = (this.request.read() as Buffer | null) ?? Buffer.alloc(0);
    this.requireLength(bytes.length);
    return bytes;
  }

  private listen(take: (bytes: Buffer) => void): Promise<void> {
    const { request } = this;
    return new Promise((resolve, reject) => {
      let bytes = 0;
      const takeTurns = turnsOf(request);
      const fail = (error: Error): void => {
        stop();
        request.resume();
        reject(error);
      };
      const onData = (chunk: Buffer): void => {
        watch.arrived(chunk.length);
        bytes += chunk.length;
        try {
          this.requireLength(bytes);
          take(chunk);
          takeTurns(chunk.length);
        } catch (error) {
          fail(error as Error);
        }
      };
      const onEnd = (): void => {
        stop();
        resolve();
      };
      const onGone = (): void => fail(new BadParameters('The body ended early'));
      const { arrival } = this.rules;
      const watch = new ArrivalWatch(arrival, () =>
        fail(new RequestTimeout(`The body did not arrive in time: ${describeLimits(arrival)}`)),
      );
      const stop = (): void => {
        watch.stop();
        request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      };
      request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
      if (request.destroyed) onGone();
    });
  }

  private requireLength(bytes: number): void {
    const { maxBytes } = this.rules;
    if (bytes > maxBytes) throw new TooLarge(`The body is larger than ${maxBytes} bytes`);
  }
}

/** Tells whether the client waits to be asked for the body (RFC 9110, section 10.1.1). */
function isAwaited({ headers: { expect }, httpVersion }: IncomingMessage): boolean {
  return expect?.toLowerCase() === '100-continue' && httpVersion === '1.1';
}

/** Returns a function that counts the bytes that were read, and lets the event loop serve others after so many. */
function turnsOf(request: IncomingMessage): (bytes: number) => void {
  let bytesOfTurn = 0;
  return (bytes) => {
    bytesOfTurn += bytes;
    if (bytesOfTurn < BYTES_OF_A_TURN) return;
    bytesOfTurn = 0;
    request.pause();
    setImmediate(() => request.resume());
  };
}
