import { expect } from '@jest/globals';
import type { Program } from './program.js';

type Line = Record<string, unknown>;

/** Parses standard error, of which every line is an object with a level, a time and a message. */
export function linesOf({ stderr }: Pick<Program, 'stderr'>): Line[] {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const entry = JSON.parse(line) as Line;
    expect(entry).toMatchObject({
      level: expect.any(String),
      time: expect.any(String),
      msg: expect.any(String),
    });
    return entry;
  });
}
