import { describe, expect, it } from '@jest/globals';
import { WaitingRoom } from '../../../../src/secrets/changes/waiting-room.js';

const caller = (tenantId: string, userId: string) => ({ tenantId, userId });

describe('the places of those who wait', () => {
  it('are bounded by caller, by tenant and in all', () => {
    const room = new WaitingRoom({ ofCaller: 1, ofTenant: 2, all: 3 });
    const enter = (tenantId: string, userId: string): string => {
      try {
        room.enter(caller(tenantId, userId));
        return 'in';
      } catch (error) {
        return /Too many requests (.*) wait/.exec((error as Error).message)?.[1] ?? String(error);
      }
    };
    const who = ['a/1', 'a/1', 'a/2', 'a/3', 'b/1', 'c/1'];
    expect(who.map((name) => enter(...(name.split('/') as [string, string])))).toEqual([
      ...['in', 'of yours', 'in', 'of this tenant', 'in', 'of this service'],
    ]);
    expect(room.size).toBe(3);
  });

  it('are given back once, however often they are left', () => {
    const room = new WaitingRoom({ ofCaller: 1, ofTenant: 9, all: 9 });
    const leave = room.enter(caller('a', '1'));
    room.enter(caller('a', '2'));
    leave();
    leave();
    expect(room.size).toBe(1);
    room.enter(caller('a', '1'));
    expect(() => room.enter(caller('a', '1'))).toThrow('Too many requests of yours wait');
  });
});
