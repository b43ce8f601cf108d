const AT_ONCE = 8;

/** Selects the successful writes and reads of secrets by the ids of their requests, once for each event. */
const EVENTS = `
  SELECT body::json -> 'caller' ->> 'request_id' AS id, action, count(*)::int AS events
  FROM audit_events
  WHERE action IN ('secret.create', 'secret.update', 'secret.delete', 'secret.read') AND outcome = 'ok'
  GROUP BY 1, 2`;

/**
 * Selects the secrets whose changes and events differ. Each revision of a secret has one event, and so has its deletion.
 * A secret that was changed without an event has too few, and an event without its change is one too many.
 */
const UNPAIRED = `
  WITH recorded AS (
    SELECT log_id, secret_id,
           array_agg(revision ORDER BY revision) FILTER (WHERE action <> 'secret.delete') AS revisions,
           count(*) FILTER (WHERE action = 'secret.delete') AS deletions
    FROM audit_events WHERE action IN ('secret.create', 'secret.update', 'secret.delete') AND outcome = 'ok'
    GROUP BY log_id, secret_id
  )
  SELECT coalesce(s.id, r.secret_id) AS id, s.revision, s.deleted_at, r.revisions, r.deletions::int
  FROM secrets s FULL JOIN recorded r ON r.log_id = s.tenant_id AND r.secret_id = s.id
  WHERE r.revisions IS DISTINCT FROM ARRAY(SELECT generate_series(1, s.revision))
     OR r.deletions IS DISTINCT FROM (s.deleted_at IS NOT NULL)::int
  LIMIT 20`;

/**
 * Checks after a drill that nothing acknowledged is lost, that each change has its event and each event its change, and
 * that each value which was answered has an event. An acknowledged write has exactly one, one whose answer was lost at
 * most one.
 * @param attemptsOf returns how often a balancer sent the request of an id
 * @returns a line for each fault; `writes` and `secrets` are what was checked
 */
export async function checkTrail(traffic, cluster, attemptsOf = () => 1) {
  const rows = await cluster.query(EVENTS, [], 'drill');
  const events = new Map(rows.map(({ id, events: count, action }) => [`${id} ${action}`, count]));
  const faults = [];
  for (const [id, action] of traffic.acknowledged) {
    const count = events.get(`${id} ${action}`) ?? 0;
    if (count < 1 || count > attemptsOf(id))
      faults.push(`${action} ${id} was acknowledged and has ${count} events`);
  }
  for (const [id, action] of traffic.open) {
    const count = events.get(`${id} ${action}`) ?? 0;
    if (count > attemptsOf(id)) faults.push(`${action} ${id} has ${count} events`);
  }
  for (const id of traffic.repeated.filter((each) => attemptsOf(each) < 2))
    faults.push(`${traffic.open.get(id)} ${id} was refused as if it had been made before`);
  for (const id of traffic.answered)
    if (!events.has(`${id} secret.read`)) faults.push(`the read ${id} was answered and has no event`);
  for (const { id, revision, deleted_at: deleted, revisions, deletions } of await cluster.query(
    UNPAIRED,
    [],
    'drill',
  ))
    faults.push(
      `secret ${id} has revision ${revision}, and events of ${revisions}; ` +
        `it was ${deleted ? '' : 'not '}deleted, and has ${deletions} events of that`,
    );
  faults.push(...(await lostSecrets(traffic)));
  const { acknowledged, answered, secrets } = traffic;
  return { faults, writes: acknowledged.size, reads: answered.length, secrets: secrets.length };
}

async function lostSecrets({ secrets, client }) {
  const faults = [];
  const rest = secrets.values();
  const reader = async () => {
    for (const secret of rest) faults.push(...(await faultOf(secret, client)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  client.close();
  return faults;
}

async function faultOf({ key, path, values, wasRemoved }, client) {
  const { status, body } = await client.ask('GET', path);
  const found = status === 404 ? undefined : body?.value;
  const isExpected = wasRemoved ? status === 404 : [200, 404].includes(status) && values.has(found);
  return isExpected
    ? []
    : [`${key}: GET ${status}, ${wasRemoved ? 'which was deleted' : 'not what was written'}`];
}
