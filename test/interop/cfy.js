/**
 * Lists commands of the real `cfy` in order, with what each prints; a number is the expected exit code if it is not 0.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMANDS = [
  ['status', /Strongroom +\| Active/],
  ['profiles set -u admin -p {password} -t default_tenant', /Credentials validated/],
  ['secrets create k1 -s v1', /`k1` created/],
  ['secrets create k1 -s v1', /409: .*already exists/, 1],
  ['secrets create k1 -s v2 -u', /`k1` created/],
  ['secrets create k2 -s x -l private --hidden-value', /`k2` created/],
  ['secrets create 1key -s x', /400: .*must begin with a letter/, 1],
  ['secrets get k1', /value: +v2/],
  ['secrets update k1 -s v3', /`k1` updated/],
  ['secrets get k1', /value: +v3/],
  ['secrets get missing', /`missing` was not found/],
  ['secrets list', /Showing 2 of 2 secrets/],
  ['secrets list -a --search k -o 1 -s 10 --descending', /Showing 1 of 2 secrets/],
  ['secrets list --provider p1', /Showing 0 of 0 secrets/],
  ['secrets set-visibility k2 -l tenant', /`k2` was set to tenant/],
  ['secrets set-visibility k1 -l global', /`k1` was set to global/],
  ['secrets export --non-encrypted -o plain.json', /saved to plain.json/],
  ['secrets export -p 12345678 -o sealed.json', /saved to sealed.json/],
  ['secrets delete k2', /Secret removed/],
  ['secrets import -i plain.json --non-encrypted', /[Cc]olli/],
  ['secrets get k2', /value: +x/],
  ['secrets delete k2', /Secret removed/],
  ['secrets import -i sealed.json -p 12345678', /[Cc]olli/],
  ['secrets get k2', /value: +x/],
  ['secrets set-owner k2 -s admin', /is now owned by user `admin`/],
  ['secrets create k3 -s ["a"] --list', /`k3` created/],
  ['secrets get k3', /value: +\['a'\]/],
  ['secrets delete k3', /Secret removed/],
  ['secrets providers list', /Showing 0 of 0/],
  ['secrets delete k2', /Secret removed/],
  ['secrets delete missing', /`missing` was not found/],
  ['tenants create t1', /`t1` created/],
  ['tenants create t1', /409/, 1],
  ['tenants list', /Showing 2 of 2 tenants/],
  ['users create bob -p bob-password -t t1 -l user', /`bob` added successfully to tenant `t1`/],
  ['users list', /Showing 2 of 2 users/],
  ['users get bob --get-data', /'t1': 'user'/],
  ['tenants add-user bob -t t1 -r user', /`bob` is already associated with tenant `t1`/],
  ['tenants update-user bob -t t1 -r viewer', /updated successfully in tenant `t1`/],
  ['tenants get t1 --get-data', /'bob': 'viewer'/],
  ['tenants delete t1', /409/, 1],
  ['users set-password bob -p new-password', /New password set/],
  ['users set-role bob -r sys_admin', /New role `sys_admin` set/],
  ['users deactivate bob', /User deactivated/],
  ['users activate bob', /User activated/],
  ['users unlock bob', /already unlocked/],
  ['user-groups create g1 -r default', /`g1` created/],
  ['user-groups add-user bob -g g1', /added successfully to user group `g1`/],
  ['tenants add-user-group g1 -t t1 -r user', /added successfully to tenant `t1`/],
  ['tenants update-user-group g1 -t t1 -r viewer', /updated successfully in tenant `t1`/],
  ['user-groups list', /Showing 1 of 1 user groups/],
  ['user-groups get g1 --get-data', /'t1': 'viewer'/],
  ['tenants remove-user-group g1 -t t1', /removed successfully from tenant `t1`/],
  ['user-groups remove-user bob -g g1', /removed successfully from user group `g1`/],
  ['user-groups delete g1', /User group removed/],
  ['tenants remove-user bob -t t1', /removed successfully from tenant `t1`/],
  ['users delete bob', /User removed/],
  ['tenants delete t1', /Tenant removed/],
  ['tokens create -d x -e +10h', /ctok-\w{10}-\w{40}/],
  ['tokens list', /Showing 1 of 1 tokens/],
  ['permissions list', /secret_create/],
  ['maintenance-mode activate', /Entering maintenance mode/],
  ['secrets list', /in maintenance mode/, 1],
  ['maintenance-mode deactivate', /Maintenance mode is off/],
  ['secrets list', /Showing 1 of 1 secrets/],
];

/**
 * @param {string} cfy the command
 * @param {string} port of the service on this machine
 * @param {string} password of its administrator
 * @returns {number} how many commands did not do what they should
 */
export function runCommands(cfy, port, password) {
  const home = mkdtempSync(join(tmpdir(), 'strongroom-cfy-'));
  const env = { PATH: process.env.PATH, HOME: home, CFY_WORKDIR: home, LC_ALL: 'C.UTF-8' };
  const run = (command) => spawnSync(cfy, command.split(' '), { cwd: home, env, encoding: 'utf8' });
  const use = `profiles use 127.0.0.1 -u admin -p {password} -t default_tenant --rest-port ${port}`;
  const start = [
    ['init', /completed successfully/],
    [use, /Profile is up to date/],
  ];
  let failed = 0;
  for (const [command, prints, code = 0] of [...start, ...COMMANDS]) {
    const { status, stdout, stderr } = run(command.replace('{password}', password));
    if (status === code && prints.test(stdout + stderr)) continue;
    failed += 1;
    process.stdout.write(`FAILED cfy ${command}: exit code ${status}\n${stdout}${stderr}\n`);
  }
  rmSync(home, { recursive: true, force: true });
  process.stdout.write(`cfy: ${start.length + COMMANDS.length - failed} passed, ${failed} failed\n`);
  return failed;
}
