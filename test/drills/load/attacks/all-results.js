/** Asks for all secrets at once. */
export function allResults(attack) {
  attack.repeat(() => attack.request('GET', '/api/v3.1/secrets?_get_all_results=true'));
}
