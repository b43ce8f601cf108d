import { createHash, createHmac } from 'node:crypto';

/** Holds the headers of Standard Webhooks, by which a receiver recognises a post. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs the body of a post as Standard Webhooks does: HMAC-SHA-256 over id, time and body. The id is made of the body, so that a
 * repeated post has the same and another one never does.
 * @param key the configured key
 * @param milliseconds the time, in Unix milliseconds
 */
export function webhookHeaders(key: string, body: Buffer, milliseconds: number): WebhookHeaders {
  const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  const timestamp = String(Math.floor(milliseconds / 1_000));
  const hmac = createHmac('sha256', Buffer.from(key.replace(/^whsec_/, ''), 'base64'));
  const signature = hmac.update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
