const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Returns the time that the body of an event has; null where it has none. */
export function timeOf(body: Buffer): string | null {
  try {
    const { time } = JSON.parse(body.toString()) as { time?: unknown };
    return typeof time === 'string' && TIME.test(time) ? time : null;
  } catch {
    return null;
  }
}
