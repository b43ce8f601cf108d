/**
 * Hands a SECURITY DEFINER function to the reader role and lets only the service call it. A new owner needs CREATE on
 * the schema for the moment of the change.
 */
export function definerFunction(signature: string, roles: { app: string; reader: string }): string {
  return `
    REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION ${signature} TO ${roles.app};
    GRANT CREATE ON SCHEMA public TO ${roles.reader};
    ALTER FUNCTION ${signature} OWNER TO ${roles.reader};
    REVOKE CREATE ON SCHEMA public FROM ${roles.reader};
  `;
}
