/** Returns a request as the text that goes over the wire. */
export function requestText(method, path, headers, body) {
  const bytes = body === undefined ? undefined : Buffer.byteLength(body);
  return `${headText(method, path, headers, bytes)}${body ?? ''}`;
}

/** Returns the head of a request, for a body of so many bytes that is sent otherwise. */
export function headText(method, path, headers, bytes) {
  const all = {
    Host: 'drill',
    ...headers,
    ...(bytes !== undefined && { 'Content-Type': 'application/json', 'Content-Length': bytes }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
