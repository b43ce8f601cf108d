import { expect } from '@jest/globals';
import type { Answer } from './http-client.js';

/** What a deletion answers with: under /api/v3 the last state, the only thing that clients of that time take. */
export function expectDeleted(version: string, answer: Answer, last: Record<string, unknown>): void {
  if (version === 'v3') expect([answer.status, answer.body]).toEqual([200, expect.objectContaining(last)]);
  else expect([answer.status, answer.text]).toEqual([204, '']);
}
