import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from '../support/options.js';

export const USAGE = `npm run drill:kill -- [--rounds N] [--replicas N] [--writes N] [--balancer nginx|polling]
                      [--postgres installed|embedded]

Kills processes without warning (SIGKILL) while clients create, read, change and delete secrets: in turn one replica, all
replicas at once, and PostgreSQL. Afterwards everything acknowledged must be there, each change must have its event, each
event its change and each value that was read an event, and the audit trail must be proved whole. Exits with 1 otherwise.

  --rounds N      number of kills (default: 20)
  --replicas N    number of replicas (default: 3)
  --writes N      requests that must succeed before each kill (default: 200)
  --balancer      nginx with deploy/nginx.conf, which repeats requests whose connection broke; or one that asks each
                  replica every second whether it is ready, and repeats nothing (default: nginx)
  --postgres      that of the system, or that of the npm package (default: installed)
  --help          show this help
`;

/**
 * Parses the command line.
 * @returns undefined if only the usage is requested
 * @throws Error for invalid options
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '20' },
      replicas: { type: 'string', default: '3' },
      writes: { type: 'string', default: '200' },
      balancer: { type: 'string', default: 'nginx' },
      postgres: { type: 'string', default: 'installed' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: wholeNumber('rounds', values.rounds),
    replicas: wholeNumber('replicas', values.replicas),
    writes: wholeNumber('writes', values.writes),
    balancer: oneOf('balancer', values.balancer, ['nginx', 'polling']),
    postgres: oneOf('postgres', values.postgres, ['installed', 'embedded']),
  };
}
