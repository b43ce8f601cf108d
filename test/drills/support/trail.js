const AT_ONCE = 8;

/** Selects the successful writes of secrets by the ids of their requests, once for each event. */
const EVENTS = `
  SELECT body::json -> 'caller' ->> 'request_id' AS id, action, count(*)::int AS events
  FROM audit_events WHERE action IN ('secret.create', 'secret.update', 'secret.delete') AND outcome = 'ok'
  GROUP BY 1, 2`;

/**
 * Checks after a drill that nothing acknowledged is lost, and that each write has exactly one event: an acknowledged one
 * exactly one, one whose answer was lost at most one.
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
  faults.push(...(await lostSecrets(traffic)));
  return { faults, writes: traffic.acknowledged.size, secrets: traffic.secrets.length };
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
