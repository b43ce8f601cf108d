import { setTimeout as wait } from 'node:timers/promises';
import { admin, ended, listening, run } from '../support/programs.js';
import { ADMIN_PASSWORD, differences, World } from './world.js';

const ROOT_KEYS = `drill:${Buffer.from('a key for drills, of 32 bytes...').toString('base64')}`;
const OTHER_KEYS = `drill:${Buffer.from('another key for drills of 32 b..').toString('base64')}`;

/** Returns the environment of an installation on a server. */
function environmentOf(server, rootKeys = ROOT_KEYS) {
  return {
    NODE_ENV: 'production',
    DATABASE_URL: server.url('strongroom_service', 'strongroom'),
    DATABASE_OWNER_URL: server.url('strongroom_owner', 'strongroom'),
    STRONGROOM_ROOT_KEYS: rootKeys,
    STRONGROOM_ADMIN_PASSWORD: ADMIN_PASSWORD,
    STRONGROOM_DRAIN_MS: '0',
    PORT: '0',
  };
}

/** Starts the service, does work with it, and stops it. */
export async function withService(server, work) {
  const { child, output } = run('main.js', [], environmentOf(server));
  try {
    return await work(new World(await listening(child, output)), output);
  } finally {
    child.kill('SIGTERM');
    await ended(child);
  }
}

/** Returns a digest of the audit trail up to an event, by default the last one, and the id of that event. */
export function trailOf(server, last = server.sql('SELECT max(id::text) FROM audit_events')) {
  const digest = `SELECT count(*) || ' events, ' || coalesce(md5(string_agg(body, '' ORDER BY log_id, id)), 'none')
                  FROM audit_events WHERE id <= '${last}'`;
  return { last, digest: server.sql(digest) };
}

/**
 * Does what the documents say after a restore, and compares everything with what was backed up.
 * @returns what the table shows, with the problems that were found
 */
export async function examine(server, { secrets, trail, token }) {
  const environment = environmentOf(server);
  const problems = [];
  const before = await admin(['doctor'], environment);
  if (/unexpected/i.test(before.text)) problems.push(`doctor before migrate: ${before.text}`);
  const migrated = await admin(['migrate'], environment);
  if (migrated.code !== 0) return { before, problems: [`migrate: ${migrated.text.trim()}`] };
  const after = await admin(['doctor'], environment);
  if (after.code !== 0 || /^(warning|FAILED)/m.test(after.text))
    problems.push(`doctor: ${after.text.trim()}`);
  if (trailOf(server, trail.last).digest !== trail.digest) problems.push('the audit trail differs');
  const read = await withService(server, async (world) => {
    const found = await world.everySecret();
    problems.push(
      ...differences(secrets, found),
      ...(await world.problems(token)),
      ...(await epochProblems(server)),
    );
    return Object.keys(found).length;
  });
  return {
    before,
    mended: migrated.text
      .split('\n')
      .filter((line) => line.startsWith('mended') || line === 'installed the functions').length,
    read,
    problems,
  };
}

const SEALED_WITHIN_MS = 15_000;

/** Says what is wrong with the audit trail of a restored database, whose logs must go on under new names. */
async function epochProblems(server) {
  const epochs = () => Number(server.sql('SELECT count(DISTINCT epoch) FROM audit_leaves'));
  for (const deadline = Date.now() + SEALED_WITHIN_MS; Date.now() < deadline; await wait(200))
    if (epochs() > 1) {
      const begins = server.sql(`SELECT string_agg(DISTINCT e.action, ',') FROM audit_leaves l
        JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id WHERE l.epoch > 1 AND l.leaf_index = 0`);
      return begins === 'audit.new_epoch' ? [] : [`an epoch begins with ${begins}`];
    }
  return ['the audit trail goes on in the epoch from before the restore'];
}

/** Says what is wrong with how a start is refused whose root key is another one. */
export async function otherKeyProblems(server) {
  const { child, output } = run('main.js', [], environmentOf(server, OTHER_KEYS));
  const code = await ended(child);
  const isRefused = code === 1 && /is not the one that this database was made with/.test(output.text);
  return isRefused ? [] : [`with another root key: ${code} ${output.text.trim()}`];
}
