import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export interface DrainTimes {
  /** How long kept connections are still served, so that a load balancer can let go of them. */
  readonly waitMilliseconds: number;
  /** How long after that the requests that still run may take before they are cut off. */
  readonly deadlineMilliseconds: number;
}

/** The way out: no new connections, `Connection: close` on those that are kept, then the end. */
@Injectable()
export class Drain {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  watch(instance: FastifyInstance): void {
    instance.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.draining) reply.header('Connection', 'close');
      done();
    });
  }

  async stop(
    app: NestFastifyApplication,
    { waitMilliseconds, deadlineMilliseconds }: DrainTimes,
  ): Promise<void> {
    const server = app.getHttpServer();
    this.draining = true;
    // http.Server.close() would also cut idle connections, on which the next request may already be under way.
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
