import { hostname } from 'node:os';
import { sealedLine } from '../sealed-line.js';
import type { SealedEvent } from '../sink.js';

/** The facility `log audit` (13) with the severity `informational` (6). */
const PRIORITY = 13 * 8 + 6;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ACTION = /^[a-z._]{1,32}$/;

/** Returns an event as a message of RFC 5424, in the octet-counted frame of RFC 5425. */
export function syslogFrame(event: SealedEvent, host = syslogHost()): Buffer {
  const { time, action } = fieldsOf(event.body);
  const header = `<${PRIORITY}>1 ${time} ${host} strongroom - ${action} -`;
  const message = Buffer.from(`${header} ${sealedLine(event)}`);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/** Returns the name of this machine as a message may have it. */
function syslogHost(): string {
  const name = hostname();
  return /^[\x21-\x7e]{1,255}$/.test(name) ? name : '-';
}

function fieldsOf(body: string): { time: string; action: string } {
  const { time, action } = parsed(body);
  return {
    time: typeof time === 'string' && TIME.test(time) ? time : '-',
    action: typeof action === 'string' && ACTION.test(action) ? action : '-',
  };
}

/** Returns nothing for an event that somebody has changed in the database, which is sent as it is. */
function parsed(body: string): { readonly time?: unknown; readonly action?: unknown } {
  try {
    return JSON.parse(body) as { time?: unknown; action?: unknown };
  } catch {
    return {};
  }
}
