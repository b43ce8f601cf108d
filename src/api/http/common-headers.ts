/** On every answer, errors included: what the service says is for its caller only, and is what it says it is. */
export const COMMON_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;
