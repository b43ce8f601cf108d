import { parseArgs } from 'node:util';
import { chosen, oneOf, wholeNumber } from '../support/options.js';

/** Lists the balancers. */
const BALANCERS = [{ name: 'nginx' }, { name: 'polling' }];

export const USAGE = `npm run drill:rolling -- [--rounds N] [--replicas N] [--balancers NAME,…] [--postgres installed|embedded]
                         [--slow-machine]

Restarts and upgrades every replica under load, with migrations running meanwhile, adds a replica and removes one. No request
may fail, and every acknowledged write must have exactly one event. Exits with 1 otherwise.

  --rounds N          restart and then upgrade every replica this often (default: 2)
  --replicas N        number of replicas (default: 2)
  --balancers NAME,…  nginx, with deploy/nginx.conf: repeats requests whose connection broke, and does not ask for readiness;
                      polling: asks each replica every second whether it is ready, and repeats nothing
                      (default: both at the same time)
  --postgres          that of the system, or that of the npm package (default: embedded)
  --slow-machine      count 503 with Retry-After apart, and not as failed: on a machine that is so busy that the database
                      does not answer for three seconds, replicas become unready by themselves
  --help              show this help
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
      rounds: { type: 'string', default: '2' },
      replicas: { type: 'string', default: '2' },
      balancers: { type: 'string' },
      postgres: { type: 'string', default: 'embedded' },
      'slow-machine': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: wholeNumber('rounds', values.rounds),
    replicas: wholeNumber('replicas', values.replicas, 2),
    balancers: chosen('balancer', values.balancers, BALANCERS).map(({ name }) => name),
    slowMachine: values['slow-machine'],
    postgres: oneOf('postgres', values.postgres, ['installed', 'embedded']),
  };
}
