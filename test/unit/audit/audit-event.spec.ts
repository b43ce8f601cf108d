import { describe, expect, it } from '@jest/globals';
import { newEvent } from '../../../src/audit/audit-event.js';
import { systemCaller } from '../../support/callers.js';

describe('newEvent', () => {
  it('fills in what is not given', () => {
    const event = newEvent('secret.read', systemCaller(), { key: 'db.password' });
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      action: 'secret.read',
      key: 'db.password',
      secretId: null,
      version: null,
      revision: null,
      outcome: 'ok',
      caller: expect.anything(),
      detail: null,
    });
    expect(newEvent('secret.read', systemCaller()).id).not.toBe(event.id);
  });

  it('takes actions, details and outcomes of the vocabulary only, as the compiler sees to', () => {
    const caller = systemCaller();
    // @ts-expect-error an action that does not exist
    newEvent('secret.steal', caller);
    // @ts-expect-error a field that only other actions have
    newEvent('secret.read', caller, { detail: { role: 'user' } });
    // @ts-expect-error an outcome that does not exist
    newEvent('secret.read', caller, { outcome: 'done' });
    expect(newEvent('secret.read', caller, { outcome: 'forbidden' })).toMatchObject({ outcome: 'forbidden' });
  });
});
