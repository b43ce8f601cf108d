/** Calls the five endpoints of a running program as its administrator. */
export class Api {
  private readonly headers: Record<string, string>;

  constructor(
    readonly url: string,
    password: string,
  ) {
    this.headers = {
      Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
      tenant: 'default_tenant',
      'Content-Type': 'application/json',
    };
  }

  call(method: string, key: string, value?: string): Promise<Response> {
    return fetch(`${this.url}/api/v3/secrets${key === '' ? '' : `/${key}`}`, {
      method,
      headers: this.headers,
      ...(value !== undefined && { body: JSON.stringify({ value }) }),
    });
  }

  async value(key: string): Promise<unknown> {
    const { value } = (await (await this.call('GET', key)).json()) as { value?: unknown };
    return value;
  }
}
