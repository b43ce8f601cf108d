import { expect } from '@jest/globals';

/** Matches an error that hides why, by the message of its cause. */
export function causedBy(message: string): object {
  return { cause: { message: expect.stringContaining(message) as unknown } };
}
