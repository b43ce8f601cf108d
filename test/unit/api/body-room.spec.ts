import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { BodyRoom, BYTES_OF_TENANT } from '../../../src/api/http/body-room.js';

const MIB = 1024 * 1024;
const of = (tenant: string, user = 'one') => ({ group: tenant, member: user });

describe('BodyRoom', () => {
  const room = (bytesOfTenant = BYTES_OF_TENANT) => new BodyRoom(bytesOfTenant);
  async function isTaken(taking: Promise<() => void>): Promise<boolean> {
    let taken = false;
    void taking.then(() => (taken = true));
    await nextTurn();
    return taken;
  }

  it('gives a tenant a quarter, and has the next body wait until that is free', async () => {
    const bodies = room();
    const giveBack = await bodies.take(of('a'), 48 * MIB);
    const next = bodies.take(of('a'), 32 * MIB);
    expect(await isTaken(next)).toBe(false);
    expect(await isTaken(bodies.take(of('b'), 32 * MIB))).toBe(true);
    giveBack();
    expect(await isTaken(next)).toBe(true);
  });

  it('always has room for a small body of somebody else', async () => {
    const bodies = room();
    for (let tenant = 0; tenant < 20; tenant += 1)
      void bodies.take(of(`large-${tenant}`), 64 * MIB).catch(() => undefined);
    for (let tenant = 0; tenant < 40; tenant += 1)
      expect([tenant, await isTaken(bodies.take(of(`small-${tenant}`), MIB))]).toEqual([tenant, true]);
  });

  it('has room for the largest body that a route takes, and one that takes more memory has all of its tenant', async () => {
    const bodies = room(100 * MIB);
    const giveBack = await bodies.take(of('a'), 400 * MIB);
    expect(await isTaken(bodies.take(of('a'), 1))).toBe(false);
    expect(await isTaken(bodies.take(of('b'), 100 * MIB))).toBe(true);
    giveBack();
  });

  it('takes turns of tenants and of their users', async () => {
    const bodies = room();
    const order: string[] = [];
    const giveBack = await bodies.take(of('a'), 64 * MIB);
    for (const name of ['one', 'one', 'one', 'two'])
      void bodies.take(of('a', name), 64 * MIB).then((done) => {
        order.push(name);
        setImmediate(done);
      });
    giveBack();
    while (order.length < 4) await nextTurn();
    expect(order).toEqual(['one', 'two', 'one', 'one']);
  });
});
