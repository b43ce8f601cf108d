import { expect } from '@jest/globals';
import { service, type Program } from './program.js';

/** Returns the one line of a start that failed, without the lines before it. */
export async function refusal(environment: NodeJS.ProcessEnv): Promise<string> {
  const { code, stderr, stdout } = await service(environment).ended;
  expect([code, stdout]).toEqual([1, expect.not.stringContaining('listens')]);
  return refusalIn(stderr);
}

/** Returns what the one line of a refused start says, which words about its steps may precede. */
export function refusalIn(stderr: Awaited<Program['ended']>['stderr']): string {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{"level":"info"'));
  expect(lines).toHaveLength(1);
  const { level, msg } = JSON.parse(lines[0]!) as { level: string; msg: string };
  expect([level, msg]).toEqual(['fatal', expect.stringMatching(/^Strongroom cannot start: /)]);
  return msg.replace('Strongroom cannot start: ', '');
}
