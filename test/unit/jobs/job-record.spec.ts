import { describe, expect, it } from '@jest/globals';
import { JobRecord } from '../../../src/jobs/job-record.js';

describe('the record of a job', () => {
  it('has no success before there was one: not by a failure, and not while others held the lock', () => {
    const record = new JobRecord();
    record.failed();
    record.ended('skipped', performance.now());
    expect([record.succeededAt, record.seconds]).toEqual([0, 0]);
    expect(record.runs).toEqual({ done: 0, more: 0, skipped: 1, failed: 1 });
  });

  it('has the time of the last success, in Unix time, and how long the run took', () => {
    const record = new JobRecord();
    record.ended('more', performance.now());
    record.ended('done', performance.now() - 2_000);
    record.failed();
    expect(record.seconds).toBeGreaterThanOrEqual(2);
    expect(record.seconds).toBeLessThan(60);
    expect(Math.abs(record.succeededAt - Date.now() / 1_000)).toBeLessThan(60);
    expect(record.runs).toEqual({ done: 1, more: 1, skipped: 0, failed: 1 });
  });
});
