import { expect } from '@jest/globals';
import type { Answer } from './http-client.js';

/** Expects the response to a deletion: 204, or under /api/v3 the last state, since its clients accept nothing else. */
export function expectDeleted(version: string, answer: Answer, last: Record<string, unknown>): void {
  if (version === 'v3') expect([answer.status, answer.body]).toEqual([200, expect.objectContaining(last)]);
  else expect([answer.status, answer.text]).toEqual([204, '']);
}
