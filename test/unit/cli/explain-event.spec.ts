import { describe, expect, it } from '@jest/globals';
import { AUDIT_ACTIONS } from '../../../src/audit/actions.js';
import type { RecordedEvent } from '../../../src/audit-trail/recorded-events.js';
import { ACTS } from '../../../src/cli/explain/acts.js';
import { explainEvent } from '../../../src/cli/explain/explain-event.js';
import { nextSteps } from '../../../src/cli/explain/next-steps.js';

const EVENT: RecordedEvent = {
  id: '019ada5c-7f1e-7c3b-a9d8-1f0e2d3c4b5a',
  time: '2026-03-20T08:23:31.276Z',
  tenant_id: '019ada5c-7f1e-7c3b-a9d8-000000000000',
  tenant: 'payments',
  action: 'secret.read',
  key: 'database.password',
  secret_id: null,
  version: 3,
  revision: 5,
  outcome: 'ok',
  caller: { actor_id: 'x', actor_name: 'alice', method: 'basic', request_id: 'r', address: '10.0.0.7' },
  detail: null,
};

describe('an event in plain words', () => {
  it.each<[string, Partial<RecordedEvent>, string]>([
    [
      'what was done',
      {},
      'At 2026-03-20 08:23:31.276 UTC, alice (with a password from 10.0.0.7) asked to read the secret database.password ' +
        'in the tenant payments. It was done: version 3 of its value, revision 5.',
    ],
    [
      'a refusal and its reason',
      { outcome: 'forbidden', version: null, revision: null },
      'It was not done (forbidden): the caller does not have the required right.',
    ],
    [
      'why, in the words of the caller, escaped',
      { caller: { ...EVENT.caller!, reason: 'incident "4711"' } },
      'in the tenant payments, for the reason "incident \\"4711\\"". It was done',
    ],
    [
      'both names of a membership, and the detail',
      {
        action: 'tenant.add_user',
        key: 'payments/bob',
        tenant_id: null,
        tenant: null,
        detail: { role: 'viewer' },
      },
      'asked to make the user bob a member of the tenant payments (role: viewer). It was done',
    ],
    [
      'a caller whom nobody knows',
      { action: 'login', key: 'nobody', tenant_id: null, outcome: 'failed', caller: null },
      'somebody asked to log in as nobody. It was not done (failed): the password or token was wrong.',
    ],
    [
      'a name that could mislead the reader, escaped',
      {
        caller: {
          ...EVENT.caller!,
          actor_id: null,
          actor_name: 'root\u202e\u001b[31m',
          method: 'cli',
          address: null,
        },
      },
      'UTC, root\\u202e\\u001b[31m (with the command on the machine) asked to',
    ],
    [
      'a key as it was recorded, which is escaped already',
      { key: 'a\\\\b\\u001b' },
      'asked to read the secret a\\\\b\\u001b in',
    ],
    [
      'an export that failed',
      { action: 'secret.export', outcome: 'failed' },
      'asked to export secrets with their values in the tenant payments. It was not done (failed): the export did not finish.',
    ],
    ['a tenant whose row has gone', { tenant: null }, `in the tenant ${EVENT.tenant_id}`],
    [
      'an action of a newer version',
      { action: 'secret.paint' },
      'asked to do secret.paint (database.password)',
    ],
  ])('tells %s', (_what, changes, text) => {
    expect(explainEvent({ ...EVENT, ...changes }).join(' ')).toContain(text);
  });

  it('has words for every action', () => {
    expect(Object.keys(ACTS)).toEqual(Object.keys(AUDIT_ACTIONS));
    for (const act of Object.values(ACTS)) expect(act).toMatch(/^[a-z][^.]*$/);
  });

  it('names the command that helps further, once', () => {
    const refused = { ...EVENT, outcome: 'forbidden' };
    expect(nextSteps([refused, refused])).toEqual(['The roles of alice:  strongroom-admin user show alice']);
    expect(nextSteps([EVENT])).toEqual([]);
  });
});
