import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { syslogFrame } from '../../../../src/audit-trail/sinks/receivers/syslog-message.js';
import { SyslogSink } from '../../../../src/audit-trail/sinks/receivers/syslog-sink.js';
import { sealedLine } from '../../../../src/audit-trail/sinks/sealed-line.js';
import type { SealedEvent } from '../../../../src/audit-trail/sinks/sink.js';
import { CERTIFICATES } from '../../../support/secured-server.js';
import { SyslogReceiver } from '../../../support/receivers/syslog-receiver.js';
import { RECEIVER_CA } from '../../../support/receivers/webhook-receiver.js';

const event = (index: number, more = ''): SealedEvent => ({
  origin: 'strongroom/a/b',
  index,
  body: `{"id" : "é", "time" : "2026-11-29T20:00:00.005Z", "action" : "secret.read"${more}}`,
});

describe('a message of syslog', () => {
  it('has the header of RFC 5424, the line as its text, and its length in bytes before it', () => {
    const text = `<110>1 2026-11-29T20:00:00.005Z host strongroom - secret.read - ${sealedLine(event(7))}`;
    expect(syslogFrame(event(7), 'host').toString()).toBe(`${Buffer.byteLength(text)} ${text}`);
  });

  it('has no time and no action where somebody has changed the event', () => {
    for (const body of ['no JSON', '{"time" : "x y", "action" : "A b"}'])
      expect(syslogFrame({ ...event(0), body }, 'host').toString()).toMatch(
        /^\d+ <110>1 - host strongroom - - - \{/,
      );
  });
});

describe('the syslog sink', () => {
  const { signal } = new AbortController();
  let receiver: SyslogReceiver;
  const sink = (files = {}, host = 'localhost') =>
    new SyslogSink({ host, port: receiver.port, files: { ca: RECEIVER_CA, ...files } });
  beforeEach(async () => {
    receiver = await SyslogReceiver.start();
  });
  afterEach(() => receiver.stop());

  it.each([1, 7, Infinity])(
    'sends whole frames, however they are read (%d bytes at a time)',
    async (piece) => {
      receiver.piece = piece;
      const events = Array.from({ length: 50 }, (_, index) => event(index, `, "k" : "${'ü'.repeat(index)}"`));
      await sink().deliver(events.slice(0, 30), signal);
      await sink({}, '127.0.0.1').deliver(events.slice(30), signal);
      expect(receiver.lines).toEqual(events.map(sealedLine));
      expect(receiver.connections).toBe(2);
    },
  );

  it('sends more than the buffers hold', async () => {
    const events = Array.from({ length: 500 }, (_, index) => event(index, `, "k" : "${'x'.repeat(20_000)}"`));
    await sink().deliver(events, signal);
    expect(receiver.lines).toHaveLength(500);
  });

  it.each(['closes', 'breaks'] as const)(
    'fails where the receiver %s before it has everything',
    async (manner) => {
      receiver.manner = manner;
      const events = Array.from({ length: 500 }, (_, index) =>
        event(index, `, "k" : "${'x'.repeat(20_000)}"`),
      );
      await expect(sink().deliver(events, signal)).rejects.toThrow();
    },
  );

  it('fails in time where the receiver never reads or never closes', async () => {
    receiver.manner = 'hangs';
    const stop = new AbortController();
    const sent = sink().deliver([event(0)], stop.signal);
    setTimeout(() => stop.abort(new Error('in time')), 300);
    await expect(sent).rejects.toThrow('in time');
  });

  it('does not send to a server whose certificate is not right', async () => {
    await expect(sink({ ca: undefined }).deliver([event(0)], signal)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    await expect(sink({}, '127.0.0.2').deliver([event(0)], signal)).rejects.toThrow();
    await expect(sink({ ca: '/none' }).deliver([event(0)], signal)).rejects.toThrow(
      '/none cannot be read (ENOENT)',
    );
    expect(receiver.messages).toEqual([]);
  });

  it('shows its certificate where the receiver asks for one', async () => {
    const strict = await SyslogReceiver.start({ clientCa: join(CERTIFICATES, 'ca.crt') });
    try {
      const files = { ca: RECEIVER_CA };
      const certified = {
        ...files,
        cert: join(CERTIFICATES, 'client.crt'),
        key: join(CERTIFICATES, 'client.key'),
      };
      const address = { host: 'localhost', port: strict.port };
      await expect(new SyslogSink({ ...address, files }).deliver([event(0)], signal)).rejects.toThrow();
      await new SyslogSink({ ...address, files: certified }).deliver([event(1)], signal);
      expect(strict.lines).toEqual([sealedLine(event(1))]);
    } finally {
      await strict.stop();
    }
  });

  it('is checked without sending anything', async () => {
    expect(await sink().check(signal)).toBe('the syslog server answers, and its certificate is right');
    await expect(sink({ ca: undefined }).check(signal)).rejects.toThrow();
    expect(receiver.messages).toEqual([]);
  });
});
