import { ValidateBy } from 'class-validator';

/** Validates the URL of a webhook. The message never repeats it, since its path and query may be a credential. */
export function IsWebhookUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isWebhookUrl',
    validator: {
      validate: isWebhookUrl,
      defaultMessage: () =>
        'must be a URL such as https://logs.example.com/strongroom: https only, without a user, a password or a fragment',
    },
  });
}

function isWebhookUrl(text: unknown): boolean {
  try {
    const { protocol, username, password, hash } = new URL(String(text));
    return protocol === 'https:' && username === '' && password === '' && hash === '';
  } catch {
    return false;
  }
}
