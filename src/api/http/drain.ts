import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export interface DrainTimes {
  /** The time during which open connections are still served, so that a load balancer can stop using them. */
  readonly waitMilliseconds: number;
  /** The time after that until requests that are still running are cut off. */
  readonly deadlineMilliseconds: number;
}

/** Shuts the server down in order: refuses new connections, sends `Connection: close` on open ones, then closes. */
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
    // http.Server.close() would also cut idle connections, on which the next request may already be arriving.
    Server.prototype.close.call(server);
    await wait(waitMilliseconds);
    server.closeIdleConnections();
    const cutOff = setTimeout(() => server.closeAllConnections(), deadlineMilliseconds);
    try {
      await app.close();
    } finally {
      clearTimeout(cutOff);
    }
  }
}
