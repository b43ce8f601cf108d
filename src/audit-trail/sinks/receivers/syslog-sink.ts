import { connect, type ConnectionOptions } from 'node:tls';
import type { SealedEvent, Sink } from '../sink.js';
import { SinkFailure } from '../sink-failure.js';
import { syslogFrame } from './syslog-message.js';
import { destroyOn, requireTls, tlsOptions, type TlsAddress } from './tls-address.js';

/**
 * Sends messages of RFC 5424 over TLS (RFC 5425). The protocol has no acknowledgement, so each delivery is a connection of its
 * own, which counts once the receiver has read to its end and closed it in turn, as section 4.4 demands.
 */
export class SyslogSink implements Sink {
  readonly name = 'syslog';

  constructor(private readonly address: TlsAddress) {}

  async deliver(events: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
    const frames = Buffer.concat(events.map((event) => syslogFrame(event)));
    await send(frames, await tlsOptions(this.address), signal);
  }

  async check(signal: AbortSignal): Promise<string> {
    await requireTls(this.address, signal);
    return 'the syslog server answers, and its certificate is right';
  }
}

function send(frames: Buffer, options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSent = false;
    const socket = connect(options, () => socket.end(frames));
    socket.on('finish', () => (isSent = true));
    socket.on('end', () => {
      if (isSent) resolve();
      else reject(new SinkFailure('it closed the connection before it had everything'));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new SinkFailure('the connection broke')));
    socket.resume();
    destroyOn(signal, socket);
  });
}
