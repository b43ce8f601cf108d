import { describe, expect, it } from '@jest/globals';
import { TurnQueue } from '../../../../src/common/turns/turn-queue.js';

const share = (group: string, member = 'one'): { group: string; member: string } => ({ group, member });

function taken<T>(queue: TurnQueue<T>): T[] {
  const items: T[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

describe('TurnQueue', () => {
  it('lets groups take turns, however many items one of them has', () => {
    const queue = new TurnQueue<string>();
    for (let number = 1; number <= 4; number += 1) queue.push(share('a'), `a${number}`);
    queue.push(share('b'), 'b1');
    queue.push(share('c'), 'c1');
    expect(taken(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'a3', 'a4']);
    expect(queue.size).toBe(0);
  });

  it('lets members of a group take turns', () => {
    const queue = new TurnQueue<string>();
    for (const name of ['x1', 'x2', 'x3']) queue.push(share('a', 'x'), name);
    queue.push(share('a', 'y'), 'y1');
    queue.push(share('b', 'z'), 'z1');
    expect(taken(queue)).toEqual(['x1', 'z1', 'y1', 'x2', 'x3']);
  });

  it('passes over shares that may not take a turn, which keep their place', () => {
    const queue = new TurnQueue<string>();
    queue.push(share('a'), 'a1');
    queue.push(share('b'), 'b1');
    expect(queue.shift(({ group }) => group !== 'a')).toBe('b1');
    expect(queue.shift(({ group }) => group !== 'a')).toBeUndefined();
    expect(queue.shift()).toBe('a1');
  });

  it('forgets what was removed', () => {
    const queue = new TurnQueue<string>();
    queue.push(share('a'), 'a1');
    queue.push(share('a'), 'a2');
    queue.push(share('a', 'other'), 'a3');
    queue.remove(share('a'), 'a1');
    queue.remove(share('a'), 'unknown');
    expect([queue.size, queue.sizeOfGroup('a'), queue.sizeOfMember(share('a'))]).toEqual([2, 2, 1]);
    expect(taken(queue)).toEqual(['a2', 'a3']);
    expect(queue.sizeOfGroup('a')).toBe(0);
  });
});
