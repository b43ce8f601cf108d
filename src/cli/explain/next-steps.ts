import type { RecordedEvent } from '../../audit-trail/recorded-events.js';
import { commandName } from '../../common/command-name.js';

/** Returns the commands that say more about why a request was refused. */
export function nextSteps(events: readonly RecordedEvent[]): string[] {
  const program = commandName();
  const steps = events.flatMap(({ outcome, caller, action }) => {
    const name = caller?.actor_name;
    const isUser = name !== null && name !== undefined && caller?.actor_id !== null;
    if (outcome === 'forbidden' && isUser) return [`The roles of ${name}:  ${program} user show ${name}`];
    if (outcome === 'locked') return [`Who is locked, and until when:  ${program} lock list`];
    if (outcome === 'maintenance') return [`To end maintenance:  ${program} maintenance off`];
    if (outcome === 'failed' && action === 'login' && isUser)
      return [`If the password is lost:  ${program} user set-password ${name}`];
    return [];
  });
  return [...new Set(steps)];
}

/** Says what it means that no event has a request id, and where to look for it. */
export function nothingFound(requestId: string): string {
  return (
    `No event has the request id ${requestId}: the request came from no known caller, asked for nothing that is recorded, ` +
    `or failed before anything was done. The log of the service has a line for each request: look for ` +
    `"requestId":"${requestId}" in that of every replica`
  );
}
