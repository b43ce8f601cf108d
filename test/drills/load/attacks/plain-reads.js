/** Reads secrets, as a client with nothing in mind does. */
export function plainReads(attack) {
  attack.repeat(() => attack.request('GET', attack.secretPath()));
}
