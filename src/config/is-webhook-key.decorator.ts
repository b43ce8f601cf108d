import { ValidateBy } from 'class-validator';

/** Validates a key of Standard Webhooks: base64, with or without `whsec_` before it. */
export function IsWebhookKey(): PropertyDecorator {
  return ValidateBy({
    name: 'isWebhookKey',
    validator: {
      validate: isWebhookKey,
      defaultMessage: () => 'must be 32 to 64 random bytes in base64, as `openssl rand -base64 32` prints',
    },
  });
}

function isWebhookKey(text: unknown): boolean {
  const encoded = String(text).replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= 32 && bytes.length <= 64 && bytes.toString('base64') === encoded;
}
