import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../../../dist/bench/seed.js';
import { requestText } from './requests.js';
import { settle } from './settle.js';
import { Watch } from './watch.js';
import { Worker } from './worker.js';

const WARMING_MS = 2_000;

/**
 * Measures B while A does something.
 * @param attack has `name`, `connections` and `options`; undefined leaves B alone
 */
export async function measure(stage, victim, { attack, work = 'reads', seconds }) {
  const watch = new Watch(stage.service);
  const attacker = attack === undefined ? undefined : new Worker('attacker.js');
  try {
    await attacker?.ask(jobOfA(stage, attack));
    victim.send({ kind: 'start', job: jobOfB(stage, work) });
    await sleep(WARMING_MS);
    victim.send({ kind: 'measure' });
    await sleep(seconds * 1_000);
    const ofB = await victim.ask({ kind: 'finish' });
    const seen = await watch.stop();
    const answersOfA = (await attacker?.ask('stop')) ?? {};
    return { ...ofB, ...seen, answersOfA };
  } finally {
    await watch.stop();
    attacker?.kill();
    await settle(stage);
  }
}

function jobOfA({ service, callers, secrets, databaseUrl }, { name, connections, options = {} }) {
  const { url } = service;
  return {
    name,
    url,
    connections,
    options,
    databaseUrl,
    caller: callers.a,
    tenant: callers.a.tenant,
    secrets: secrets.a,
  };
}

function jobOfB({ service, callers, secrets }, work) {
  const { request, ...load } = WORK[work];
  const requests = Array.from({ length: secrets.b }, (_, index) => request(callers.b, index));
  return { url: service.url, requests, ...load };
}

/** Maps what B does to its requests, and to the connections and the constant rate at which it does it. */
const WORK = {
  reads: {
    ...{ connections: 8, perSecond: 50 },
    request: (caller, index) => requestText('GET', `/api/v3.1/secrets/${keyOf(index)}`, caller),
  },
  checkedWrites: {
    ...{ connections: 3, perSecond: 0 },
    request: (caller, index) => {
      const schema = { type: 'string', pattern: '^[a-z]+$' };
      const body = { value: 'checked', schema, update_if_exists: true };
      return requestText('PUT', `/api/v3.1/secrets/checked.${index}`, caller, JSON.stringify(body));
    },
  },
};
