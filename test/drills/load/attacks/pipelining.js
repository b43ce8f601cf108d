const REQUESTS_OF_A_CONNECTION = 750;

/** Keeps hundreds of reads under way on each connection. */
export function pipelinedReads(attack) {
  attack.repeat(() => attack.request('GET', attack.secretPath()), { depth: REQUESTS_OF_A_CONNECTION });
}

/** Keeps hundreds of lists under way on each connection. */
export function pipelinedLists(attack) {
  const list = attack.request('GET', '/api/v3.1/secrets?_size=1000');
  attack.repeat(() => list, { depth: REQUESTS_OF_A_CONNECTION });
}
