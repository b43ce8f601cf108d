import { describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../../../src/cli/exit-codes.js';
import { runInProcess } from '../../support/recorded-terminal.js';

describe('wrong usage', () => {
  it.each([
    ['tenent', /unknown command 'tenent'\n\(Did you mean tenant\?\)/],
    ['tenant craete x', /unknown command 'craete'\n\(Did you mean create\?\)/],
    ['tenant', /Commands:/],
    ['tenant create', /<tenant> is required: a letter, then letters/],
    ['user create alice a-password', /too many arguments/],
    ['user create alice --password x', /unknown option '--password'/],
    ['user create alice --role king', /Allowed choices are sys_admin, default/],
    [
      'tenant add-user default_tenant alice',
      /--role <role> is required: what the user may do in the tenant; one of manager, user, operations, viewer/,
    ],
    [
      'role show',
      /<role> is required: name of the role; one of sys_admin, default, manager, user, operations, viewer/,
    ],
    ['permission grant viewer secret_exprot', /no such permission; did you mean secret_export\?/],
    ['event list --action secret.raed', /no such action; did you mean secret\.read\?/],
    ['event list --limit 0', /whole number from 1 to 1000/],
    ['event list --json --quiet', /'--json' cannot be used with option '--quiet'/],
    ['lock clear', /either a user name or --all/],
    ['lock clear alice --all', /either a user name or --all/],
    ['import-cloudify https://manager.example.com', /either --passwords-file FILE or --invite/],
    ['completion fish', /Allowed choices are bash, zsh/],
  ])('ends `%s` with 2 and says how it is meant', async (line, message) => {
    const { code, stdout, stderr } = await runInProcess(line.split(' '));
    expect([code, stdout]).toEqual([EXIT_CODES.usage.code, '']);
    expect(stderr).toMatch(message);
  });

  it('never repeats what is given to an option that is not known, which may be a password', async () => {
    const { code, stderr } = await runInProcess(['user', 'create', 'carl', "--password=hunter2' x"]);
    expect(code).toBe(EXIT_CODES.usage.code);
    expect(stderr).toMatch(/^error: unknown option '--password'$/m);
    expect(stderr).not.toContain('hunter2');
  });

  it('names an example and the help, as they are typed', async () => {
    const { stderr } = await runInProcess(['tenant', 'add-user', 'payments']);
    expect(stderr.trimEnd().split('\n').slice(1)).toEqual([
      'Example:  strongroom-admin tenant add-user payments alice --role user',
      'Help:     strongroom-admin tenant add-user --help',
    ]);
  });

  it.each([
    ['tenant delete payments', 'Delete the tenant payments?'],
    ['user delete alice', 'Delete the user alice?'],
    ['group delete developers', 'Delete the user group developers?'],
    ['token delete-all alice', 'End all tokens of alice?'],
  ])('asks before `%s`, and does nothing without a yes', async (line, question) => {
    const refused = await runInProcess(line.split(' '), { confirms: false });
    expect(refused).toEqual({ code: 1, stdout: '', stderr: 'Nothing was done\n', asked: [question] });
    expect((await runInProcess(line.split(' '))).code).toBe(EXIT_CODES.usage.code);
  });
});

describe('help', () => {
  it('lists the exit codes and an example', async () => {
    const { code, stdout, stderr } = await runInProcess(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const each of Object.values(EXIT_CODES)) expect(stdout).toContain(`  ${each.code}  ${each.meaning}`);
    expect(stdout).toMatch(/Example:\n {2}strongroom-admin tenant list/);
  });

  it('has distinct exit codes', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
