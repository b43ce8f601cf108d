import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { program } from '../../src/cli/program.js';
import { ADMIN } from '../support/strongroom.js';
import { CommandRoom } from './command-room.js';
import { CHANGES, LISTS, REFUSALS, SHOWN } from './command-table.js';

let command: CommandRoom;
beforeAll(async () => {
  command = await CommandRoom.start();
});
afterAll(() => command.stop());

describe('the changes of the command', () => {
  it.each(CHANGES)('`%s` does it and leaves its event', async (line, sentence, event, answers = {}) => {
    const { code, stdout, stderr, asked } = await command.run(line, answers);
    expect([code, stdout]).toEqual([0, `${sentence}\n`]);
    expect(asked).toHaveLength(answers.password === undefined ? 0 : 1);
    expect(await command.lastEvent()).toBe(`${event} ok cli`);
    // A hint can be pasted, so it has no placeholder, which a shell would take for a redirection.
    expect(stderr).not.toMatch(/[<>]/);
  });

  it('take effect on the next request of the running service', async () => {
    const alice = { login: 'alice:alices-password', tenant: 'payments' };
    expect((await command.room.secret(alice, 'PUT', 'a', 'one')).status).toBe(200);
    expect(
      (await command.room.secret({ login: 'alice:first-password', tenant: 'payments' }, 'GET', 'a')).status,
    ).toBe(401);
    expect(
      (await command.room.secret({ login: 'bob:bobs-password', tenant: 'payments' }, 'GET', 'a')).status,
    ).toBe(200);
    await command.run('user deactivate bob');
    expect(
      (await command.room.secret({ login: 'bob:bobs-password', tenant: 'payments' }, 'GET', 'a')).status,
    ).toBe(401);
    await command.run('user activate bob');
    await command.run('maintenance on');
    expect((await command.room.secret(alice, 'GET', 'a')).status).toBe(503);
    await command.run('maintenance off');
    expect((await command.room.secret(alice, 'GET', 'a')).status).toBe(200);
  });

  it('print one document as JSON, and nothing if quiet', async () => {
    expect(await command.json('tenant set-role payments alice --role user')).toEqual({
      tenant: 'payments',
      user: 'alice',
      role: 'user',
    });
    expect(await command.run('maintenance off --quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

describe('the lists of the command', () => {
  it.each(LISTS)('`%s` is a table, an array, or one name a line', async (line, id, fields) => {
    const { code, stdout, stderr } = await command.run(line);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[A-Z]{4}/);
    expect(stdout).toContain(id.split(' ').at(-1));
    expect(await command.json(line)).toEqual(expect.arrayContaining([expect.objectContaining(fields)]));
    expect((await command.run(`${line} --quiet`)).stdout.split('\n')).toContain(id);
  });

  it.each(SHOWN)('`%s` is fields, or an object', async (line, fields) => {
    expect((await command.run(line)).stdout).toMatch(/^[A-Z][a-z]+: +\S/);
    expect(await command.json(line)).toMatchObject(fields);
  });
});

it.each(REFUSALS)('`%s` ends with %i and one line', async (line, code, message, answers = {}) => {
  const ran = await command.run(line, answers);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(ran.stderr.trimEnd()).toMatch(message);
  expect(ran.stderr.trimEnd()).not.toContain('\n');
});

it('removes what it made, after asking', async () => {
  await command.room.secret({ login: 'alice:alices-password', tenant: 'payments' }, 'DELETE', 'a');
  for (const line of ['tenant remove-user payments alice', 'tenant remove-group payments developers'])
    expect((await command.run(line)).code).toBe(0);
  expect((await command.run('group remove-user developers bob')).code).toBe(0);
  for (const line of [
    'tenant delete payments',
    'user delete alice',
    'user delete bob',
    'group delete developers',
  ]) {
    const { code, asked } = await command.run(line, { confirms: true });
    expect([line, code, asked.length]).toEqual([line, 0, 1]);
  }
  expect((await command.room.call(ADMIN, 'GET', '/api/v3.1/tenants/payments')).status).toBe(403);
});

it('is tested in every command', () => {
  const leaves = (each: Command, path: string): string[] =>
    each.commands.length === 0
      ? [path]
      : each.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`.trim()));
  const root = program(() => Promise.resolve(), { write: () => undefined, error: () => undefined });
  const tables = [...CHANGES, ...LISTS, ...SHOWN, ...REFUSALS].map(([line]) => `${line} `);
  const untested = leaves(root, '').filter((path) => !tables.some((line) => line.startsWith(`${path} `)));
  expect(untested).toEqual([
    // command-trail.e2e-spec.ts
    ...['token list', 'token create', 'lock list', 'event list', 'event show', 'explain'],
    // test/unit/cli/audit-verify.spec.ts, audit-compare.e2e-spec.ts
    ...['audit verify', 'audit compare'],
    // command-audit-seals.e2e-spec.ts
    ...['audit new-epoch', 'audit rotate-signing'],
    // command-installation.e2e-spec.ts, command-support-bundle.e2e-spec.ts, test/process/import-cloudify.spec.ts, test/process/command-completion.spec.ts
    ...['doctor', 'config', 'migrate', 'support-bundle', 'demo', 'import-cloudify', 'completion'],
  ]);
});
