import { describe, expect, it } from '@jest/globals';
import { StatementPace } from '../../../../src/common/turns/statement-pace.js';

const STATEMENT_MS = 100;

/** Stands for a statement, during which the event loop is idle or serves others. */
async function statement(isBusy: boolean): Promise<number> {
  const end = performance.now() + STATEMENT_MS;
  while (performance.now() < end) {
    const slice = performance.now() + 5;
    while (isBusy && performance.now() < slice);
    await new Promise((resolve) => setTimeout(resolve, isBusy ? 0 : 20));
  }
  return performance.now();
}

describe('the pace of statements', () => {
  it('pauses as long as a statement took while the process serves others', async () => {
    const ended = await new StatementPace().run(() => statement(true));
    expect(performance.now() - ended).toBeGreaterThan(STATEMENT_MS * 0.9);
  });

  it('does not pause in an idle process', async () => {
    const ended = await new StatementPace().run(() => statement(false));
    expect(performance.now() - ended).toBeLessThan(STATEMENT_MS / 4);
  });

  it('passes on what a statement throws', async () => {
    const failing = (): Promise<never> => Promise.reject(new Error('failed'));
    await expect(new StatementPace().run(failing)).rejects.toThrow('failed');
  });
});
