import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { webhookHeaders } from '../../../../src/audit-trail/sinks/receivers/webhook-signature.js';
import { WebhookSink } from '../../../../src/audit-trail/sinks/receivers/webhook-sink.js';
import { sealedLine } from '../../../../src/audit-trail/sinks/sealed-line.js';
import { reasonOfFailure } from '../../../../src/audit-trail/sinks/sink-failure.js';
import type { SealedEvent } from '../../../../src/audit-trail/sinks/sink.js';
import { RECEIVER_CA, WEBHOOK_KEY, WebhookReceiver } from '../../../support/receivers/webhook-receiver.js';

const event = (index: number): SealedEvent => ({
  origin: 'strongroom/a/b',
  index,
  body: `{"id" : "é${index}"}`,
});

describe('the headers of a post', () => {
  const body = Buffer.from('{"origin":"strongroom/a/b","index":0,"event":{}}\n');

  it('are signed as openssl signs', () => {
    // printf 'msg_<id>.1764532800.<body>' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0505… -binary | base64
    expect(webhookHeaders(WEBHOOK_KEY, body, 1_764_532_800_999)).toEqual({
      'webhook-id': 'msg_82f83b08232e3a4c94901b5561000566',
      'webhook-timestamp': '1764532800',
      'webhook-signature': 'v1,aGQXHJrpwgN86gp4STWXdFlDAI9jDqeTNY2Zv7xm+lc=',
    });
  });

  it('take the key with its prefix too', () => {
    expect(webhookHeaders(`whsec_${WEBHOOK_KEY}`, body, 0)).toEqual(webhookHeaders(WEBHOOK_KEY, body, 0));
  });
});

describe('the webhook sink', () => {
  const { signal } = new AbortController();
  let receiver: WebhookReceiver;
  const sink = (url = receiver.url, ca: string | undefined = RECEIVER_CA) =>
    new WebhookSink(url, WEBHOOK_KEY, ca);
  const failure = (sent: Promise<void>) => sent.then(() => 'none', reasonOfFailure);
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(() => receiver.stop());

  it('posts lines that are signed', async () => {
    await sink().deliver([event(0), event(1)], signal);
    await sink().deliver([event(2)], signal);
    expect(receiver.lines).toEqual([0, 1, 2].map((index) => sealedLine(event(index))));
    expect([receiver.forged, receiver.posts]).toEqual([0, 2]);
    expect(receiver.headers[0]).toMatchObject({ 'content-type': 'application/jsonl' });
  });

  it.each([
    [302, 'it answered 302, and redirects are not followed'],
    [308, 'it answered 308, and redirects are not followed'],
    [413, 'it answered 413'],
    [500, 'it answered 500'],
    ['cuts', 'ECONNRESET'],
    ['takes and cuts', 'ECONNRESET'],
  ] as const)('fails where the receiver gives %s', async (manner, reason) => {
    receiver.manner = manner;
    expect(await failure(sink().deliver([event(0)], signal))).toBe(reason);
    expect(receiver.posts).toBe(1);
  });

  it('fails in time where the receiver does not answer', async () => {
    receiver.manner = 'hangs';
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('in time')), 300);
    await expect(sink().deliver([event(0)], stop.signal)).rejects.toThrow('in time');
  });

  it('does not post to a server whose certificate is not right, and tells nothing of the URL', async () => {
    expect(
      await failure(new WebhookSink(receiver.url, WEBHOOK_KEY, undefined).deliver([event(0)], signal)),
    ).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    const elsewhere = receiver.url.replace('localhost', '127.0.0.2');
    expect(await failure(sink(elsewhere).deliver([event(0)], signal))).not.toContain('canary');
    expect(receiver.posts).toBe(0);
  });

  it('is checked without posting anything', async () => {
    expect(await sink().check(signal)).toBe(
      'the server of the webhook answers, and its certificate is right',
    );
    expect(receiver.posts).toBe(0);
  });
});
