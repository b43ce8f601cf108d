import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/until.js';
import { CommandRoom } from './command-room.js';

describe('the command for the seals of the audit trail', () => {
  let commands: CommandRoom;
  beforeAll(async () => {
    commands = await CommandRoom.start();
  });
  afterAll(() => commands.stop());

  const sql = <R extends object>(text: string) => commands.room.database.asSuperuser<R>(text);
  const lastEvent = async (action: string) => {
    const [row] = await sql<{ body: string }>(
      `SELECT body FROM audit_events WHERE action = '${action}' ORDER BY id DESC LIMIT 1`,
    );
    return row === undefined ? undefined : (JSON.parse(row.body) as Record<string, unknown>);
  };
  const isSealed = async (condition: string) =>
    (
      await sql(`SELECT FROM audit_leaves l JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
                WHERE ${condition}`)
    ).length > 0;

  it('begins an epoch, which the running service enters with an event that says why', async () => {
    const { epoch } = await commands.json<{ epoch: number }>(
      `audit new-epoch --yes --reason 'put the snapshot back'`,
    );
    expect(await lastEvent('audit.new_epoch')).toMatchObject({
      outcome: 'ok',
      caller: { method: 'cli' },
      detail: { reason: 'put the snapshot back' },
    });
    await until(() => isSealed(`e.action = 'audit.new_epoch' AND l.epoch = ${epoch} AND l.leaf_index = 0`));
  });

  it('replaces the key that signs, and the running service signs with the new one', async () => {
    const { signing_key: key } = await commands.json<{ signing_key: number }>('audit rotate-signing --yes');
    expect(await lastEvent('audit.rotate_signing')).toMatchObject({
      outcome: 'ok',
      caller: { method: 'cli' },
      detail: { signing_key: String(key) },
    });
    await until(async () => (await sql(`SELECT FROM audit_checkpoints WHERE key_id = ${key}`)).length > 0);
    expect(await sql(`SELECT FROM audit_signing_keys WHERE id < ${key} AND sealed IS NOT NULL`)).toEqual([]);
  });

  it('does nothing without a yes, and without a reason that can be recorded', async () => {
    const before = await sql('SELECT epoch FROM installation');
    const keys = await sql('SELECT id FROM audit_signing_keys');
    for (const line of ['audit new-epoch --reason why', 'audit rotate-signing']) {
      const { code, stderr } = await commands.run(line, { confirms: false });
      expect([line, code === 0, stderr.includes('Nothing was done')]).toEqual([line, false, true]);
    }
    for (const reason of ['', ' ', 'x'.repeat(513), 'a\u202eb']) {
      const { code, stderr } = await commands.run(`audit new-epoch --yes --reason '${reason}'`);
      expect([code, stderr]).toEqual([2, expect.stringContaining('--reason')]);
    }
    expect([
      await sql('SELECT epoch FROM installation'),
      await sql('SELECT id FROM audit_signing_keys'),
    ]).toEqual([before, keys]);
  });

  it('is told by doctor whether the key opens and events are sealed', async () => {
    const { stdout } = await commands.run('doctor');
    expect(stdout).toMatch(/^ok +keys: .* and that which signs the audit trail$/m);
    expect(stdout).toMatch(/^ok +audit: events are sealed$/m);
    await sql(
      `UPDATE audit_signing_keys SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE sealed IS NOT NULL`,
    );
    const { code, stdout: damaged } = await commands.run('doctor');
    expect([code, damaged]).toEqual([
      1,
      expect.stringMatching(/^FAILED +keys: The key \d+, which signs the audit trail, does not open$/m),
    ]);
    await commands.json('audit rotate-signing --yes');
    expect((await commands.run('doctor')).stdout).not.toContain('FAILED');
  });
});
