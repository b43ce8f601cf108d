import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../../src/cli/run-command.js';
import type { Terminal } from '../../../src/cli/terminal.js';

const ROOT_KEYS = `k1:${randomBytes(32).toString('base64')}`;

describe('a command whose database does not answer', () => {
  const before = { ...process.env };
  let server: Server;
  let sockets: Socket[];
  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const url = (user: string) => `postgresql://${user}:x@127.0.0.1:${port}/nothing`;
    Object.assign(process.env, {
      DATABASE_URL: url('service'),
      DATABASE_OWNER_URL: url('owner'),
      STRONGROOM_ROOT_KEYS: ROOT_KEYS,
    });
  });
  afterEach(() => {
    process.env = { ...before };
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it.each([
    ['migrate', 'connecting to the database …'],
    ['tenant list', 'connecting to the database …'],
    ['event list', 'reading the audit trail …'],
  ])('says to a person what %s waits for', async (line, waits) => {
    const told: string[] = [];
    const refuse = () => Promise.reject(new Error('nothing is asked'));
    const io: Terminal = {
      isWatched: true,
      write: () => undefined,
      error: (text) => {
        told.push(text);
        if (text === waits) for (const socket of sockets) socket.destroy();
      },
      ...{ readPassword: refuse, readSecret: refuse, confirm: refuse },
    };
    expect(await runCommand(line.split(' '), io)).toBe(4);
    expect(told[0]).toBe(waits);
  });
});
