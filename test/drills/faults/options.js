import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, oneOf, wholeNumber, writable } from '../support/options.js';
import { FAULTS } from './faults.js';

export const USAGE = `npm run drill:faults -- [--only NAME,…] [--seconds N] [--rounds N] [--replicas N] [--limit N]
                        [--balancer nginx|polling] [--postgres installed|embedded] [--metrics FILE] [--json FILE]

Makes the database, and the network to it, fail in each of these ways while clients create, read, change and delete secrets:

${FAULTS.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join('\n')}

No request may fail otherwise than by 503 with Retry-After, or take longer than the limit; the processes must live on,
become unready with a reason and ready again; everything acknowledged must be there, with exactly one event each. Exits
with 1 otherwise.

  --only NAME,…   only these faults
  --seconds N     how long each fault lasts, and longer if a replica must become unready and is not yet
                  (default: 6)
  --rounds N      make all faults so often (default: 1)
  --replicas N    number of replicas (default: 2)
  --limit N       the seconds that a request may take (default: 5)
  --balancer      nginx with deploy/nginx.conf, or one that asks each replica every second whether it is ready, and
                  repeats nothing (default: nginx)
  --postgres      that of the system, or that of the npm package, which has no standby (default: installed)
  --metrics FILE  write /metrics of each replica each second to this file, as JSON lines
                  (default: ${join(tmpdir(), 'strongroom-drill-metrics.jsonl')})
  --json FILE     also write the figures to this file
  --help          show this help

The fault disk-full mounts a small file system, which takes root.
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
      only: { type: 'string' },
      seconds: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '1' },
      replicas: { type: 'string', default: '2' },
      limit: { type: 'string', default: '5' },
      balancer: { type: 'string', default: 'nginx' },
      postgres: { type: 'string', default: 'installed' },
      metrics: { type: 'string', default: join(tmpdir(), 'strongroom-drill-metrics.jsonl') },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    faults: chosen('fault', values.only, FAULTS),
    seconds: wholeNumber('seconds', values.seconds),
    rounds: wholeNumber('rounds', values.rounds),
    replicas: wholeNumber('replicas', values.replicas),
    limit: wholeNumber('limit', values.limit),
    balancer: oneOf('balancer', values.balancer, ['nginx', 'polling']),
    postgres: oneOf('postgres', values.postgres, ['installed', 'embedded']),
    metrics: writable('metrics', values.metrics),
    json: writable('json', values.json),
  };
}
