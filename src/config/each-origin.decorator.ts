import { ValidateBy } from 'class-validator';

/** Validates a list of origins, each as browsers write it in the header `Origin` (RFC 6454, section 6.2). */
export function EachOrigin(): PropertyDecorator {
  return ValidateBy({
    name: 'eachOrigin',
    validator: {
      validate: (list: unknown) => Array.isArray(list) && list.every(isOrigin),
      defaultMessage: () =>
        'must be origins such as https://console.example.com or http://localhost:3000, with commas between: in small ' +
        'letters, with a port only if it is not the default, without a path or a slash at the end; * is not taken, ' +
        'since every page could then use the service',
    },
  });
}

const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

function isOrigin(text: unknown): boolean {
  try {
    const { protocol, origin, hostname } = new URL(String(text));
    return (protocol === 'https:' || protocol === 'http:') && HOST.test(hostname) && origin === text;
  } catch {
    return false;
  }
}
