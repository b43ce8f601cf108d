import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from '../support/options.js';

export const USAGE = `npm run drill:versions -- [--tag NAME | --next] [--seconds N] [--balancer nginx|polling]
                        [--postgres installed|embedded] [--slow-machine]

Runs the last tagged version and the one of this folder side by side under load, in both orders: the older one is upgraded,
and the older one joins the newer one. In each, replicas of both versions restart beside the others. No request may fail,
and every acknowledged write must have exactly one event. Exits with 1 otherwise.

  --tag NAME   the older version, which is set up in a git worktree with its own \`npm ci\` (default: the last tag)
  --next       instead, take the version of this folder for the older one, and a later one that is made up from it, with
               migrations and functions of its own; needs no tag and no network
  --seconds N  how long each step lasts at least (default: 5)
  --balancer   nginx with deploy/nginx.conf, or one that asks each replica every second whether it is ready, and repeats
               nothing (default: nginx)
  --postgres   that of the system, or that of the npm package (default: embedded)
  --slow-machine
               count 503 with Retry-After apart, and not as failed: on a machine that is so busy that the database does
               not answer for three seconds, replicas become unready by themselves
  --help       show this help
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
      tag: { type: 'string' },
      next: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '5' },
      balancer: { type: 'string', default: 'nginx' },
      postgres: { type: 'string', default: 'embedded' },
      'slow-machine': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.next && values.tag !== undefined) throw new Error('--tag and --next exclude each other');
  return {
    tag: values.tag,
    next: values.next,
    seconds: wholeNumber('seconds', values.seconds),
    balancer: oneOf('balancer', values.balancer, ['nginx', 'polling']),
    slowMachine: values['slow-machine'],
    postgres: oneOf('postgres', values.postgres, ['installed', 'embedded']),
  };
}
