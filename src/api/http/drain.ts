import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export interface DrainTimes {
  /** The time during which all connections are still served, so that load balancers can stop using this replica. */
  readonly waitMilliseconds: number;
  /** The time after that until requests that are still running are cut off. */
  readonly deadlineMilliseconds: number;
  /** Gives connections without a running request that much time after the wait, since a request may be on its way. */
  readonly quietMilliseconds: number;
}

const POLL_MS = 10;

/** Lists the events by which Node's server hands a request on; the last two are for requests with `Expect`. */
const REQUESTS = ['request', 'checkContinue', 'checkExpectation'] as const;

/**
 * Shuts the server down in order. At first only readiness changes, and answers carry `Connection: close`: until load
 * balancers have noticed, refusing connections would fail requests. Then it refuses connections, finishes the requests
 * that are running, and closes.
 */
@Injectable()
export class Drain {
  private reason: string | undefined;
  private running = 0;
  private readonly listeners: (() => void)[] = [];

  /** Says why the server stops; undefined until it does. */
  get stopping(): string | undefined {
    return this.reason;
  }

  get isDraining(): boolean {
    return this.reason !== undefined;
  }

  /** Counts the requests that are not answered yet. */
  get requests(): number {
    return this.running;
  }

  /** Has a function called once the shutdown begins, by what would otherwise keep requests running. */
  onStop(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Counts requests, and makes responses carry `Connection: close` once the shutdown has begun. */
  watch(instance: FastifyInstance): void {
    const count = (_request: IncomingMessage, response: ServerResponse): void => {
      this.running += 1;
      response.once('close', () => (this.running -= 1));
    };
    for (const event of REQUESTS) instance.server.on(event, count);
    instance.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.isDraining) reply.header('Connection', 'close');
      done();
    });
  }

  /**
   * Stops the server and closes the application. Requests that are still running at the deadline are cut off.
   * @param reason says why, for operators
   */
  async stop(
    app: NestFastifyApplication,
    { waitMilliseconds, deadlineMilliseconds, quietMilliseconds }: DrainTimes,
    reason = 'draining',
  ): Promise<void> {
    const server = app.getHttpServer();
    this.reason = reason;
    for (const listener of this.listeners) listener();
    await wait(waitMilliseconds);
    // Closing the port resets connections that nobody has accepted yet; here, those that wait were just accepted.
    await nextTurn();
    // Closing the application stops other things first, and would leave the port open until then.
    Server.prototype.close.call(server);
    server.closeIdleConnections();
    const cutOff = setTimeout(() => server.closeAllConnections(), deadlineMilliseconds);
    const closed = app.close();
    try {
      await Promise.race([closed, this.untilQuiet(quietMilliseconds)]);
      // Those that never sent a request, as browsers open them in advance, would stay until the deadline.
      server.closeAllConnections();
      await closed;
    } finally {
      clearTimeout(cutOff);
    }
  }

  /** Waits until no request has been running for that long. */
  private async untilQuiet(milliseconds: number): Promise<void> {
    let since = performance.now();
    while (performance.now() - since < milliseconds) {
      await wait(POLL_MS);
      if (this.running > 0) since = performance.now();
    }
  }
}
