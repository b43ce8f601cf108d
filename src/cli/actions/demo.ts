import { commandName } from '../../common/command-name.js';
import { localUrl } from '../../common/local-url.js';
import { Configuration } from '../../config/configuration.js';
import { SecretsModule } from '../../secrets/secrets.module.js';
import { CommandError } from '../command-error.js';
import type { Call } from '../commands/command-spec.js';
import { DemoServices } from '../demo/demo-services.js';
import { makeDemo, type Demo } from '../demo/make-demo.js';
import { removeDemo, type Removal } from '../demo/remove-demo.js';
import { requireConfiguration } from '../opening.js';
import { done, type Output } from '../output/output.js';
import { table } from '../output/table.js';
import { withServices } from '../with-services.js';

/** Makes or removes the demo. */
export function demo({
  io,
  options: { remove = false, force = false },
}: Call<[], { remove?: boolean; force?: boolean }>): Promise<Output> {
  if (requireConfiguration().nodeEnv === 'production' && !force)
    throw new CommandError(
      `NODE_ENV is production: --force ${remove ? 'removes' : 'makes'} the demo here too; nothing was done`,
    );
  return withServices(
    io,
    async (services, caller) => {
      const parts = new DemoServices(services, caller);
      return remove
        ? removedOutput(await removeDemo(parts))
        : madeOutput(await makeDemo(parts), services.get(Configuration));
    },
    [SecretsModule],
  );
}

function removedOutput({ removed, stays }: Removal): Output {
  const nothing = removed.length === 0 && stays.length === 0;
  const sentence = nothing
    ? 'There is nothing that the demo made'
    : `Removed ${removed.join(', ') || 'nothing'}`;
  const hints = stays.map((line) => `Stays: ${line}`);
  return { ...done(sentence, { removed, stays }, hints), exit: stays.length > 0 ? 'failed' : 'done' };
}

function madeOutput(demoMade: Demo, configuration: Configuration): Output {
  const { users, token, secrets } = demoMade;
  const people = users.map(({ username, password, roles }) => [
    username,
    password,
    Object.entries(roles)
      .map(([tenant, role]) => `${String(role)} in ${tenant}`)
      .join(', '),
  ]);
  const stored = secrets.map(({ tenant, key, owner }) => [tenant, key, owner]);
  const text = [
    table([['USER', 'PASSWORD', 'ROLES'], ...people]),
    table([['TENANT', 'SECRET', 'OWNER'], ...stored]),
    `Token of ${token.username}: ${token.value}\n`,
    `Try it while the service runs:\n\n${linesToTry(demoMade, configuration)
      .map((line) => `  ${line}\n`)
      .join('')}`,
  ].join('\n');
  const quiet = users.map(({ username, password }) => `${username}:${password}`);
  const force = configuration.nodeEnv === 'production' ? ' --force' : '';
  return {
    json: demoMade,
    text,
    quiet,
    hints: [`To remove all of it:  ${commandName()} demo --remove${force}`],
  };
}

function linesToTry({ users, token }: Demo, { host, port, tlsCertificateFile }: Configuration): string[] {
  const secrets = `${localUrl(host, port, tlsCertificateFile !== undefined)}/api/v3.1/secrets`;
  const login = (name: string): string =>
    `-u '${name}:${users.find(({ username }) => username === name)?.password ?? ''}'`;
  const withToken = `-H 'Authentication-Token: ${token.value}'`;
  return [
    '# a user reads a secret, and lists the secrets with a token instead of the password',
    `curl ${login('demo-baker')} -H 'tenant: demo-bakery' ${secrets}/database.password`,
    `curl ${withToken} -H 'tenant: demo-bakery' ${secrets}`,
    '# the same key in another tenant is another secret, and the user of one tenant is refused in the other',
    `curl ${login('demo-banker')} -H 'tenant: demo-bank' ${secrets}/database.password`,
    `curl ${login('demo-baker')} -H 'tenant: demo-bank' ${secrets}/database.password`,
    '# who did what',
    `${commandName()} event list --tenant demo-bakery`,
  ];
}
