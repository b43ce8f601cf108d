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
}

/**
 * Shuts the server down in order. At first only readiness changes, and answers carry `Connection: close`: until load
 * balancers have noticed, refusing connections would fail requests. Then it refuses connections, finishes the requests
 * that are running, and closes.
 */
@Injectable()
export class Drain {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** Makes responses carry `Connection: close` once the shutdown has begun. */
  watch(instance: FastifyInstance): void {
    instance.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.draining) reply.header('Connection', 'close');
      done();
    });
  }

  /** Stops the server and closes the application. Requests that are still running at the deadline are cut off. */
  async stop(
    app: NestFastifyApplication,
    { waitMilliseconds, deadlineMilliseconds }: DrainTimes,
  ): Promise<void> {
    const server = app.getHttpServer();
    this.draining = true;
    await wait(waitMilliseconds);
    // Closing the port resets connections that nobody has accepted yet; here, those that wait were just accepted.
    await nextTurn();
    // Closing the application stops other things first, and would leave the port open until then.
    Server.prototype.close.call(server);
    server.closeIdleConnections();
    const cutOff = setTimeout(() => server.closeAllConnections(), deadlineMilliseconds);
    try {
      await app.close();
    } finally {
      clearTimeout(cutOff);
    }
  }
}
