/** A response and the address it came from. */
interface Page {
  readonly url: URL;
  readonly response: Response;
}

/** Follows redirects and keeps cookies as a browser does, up to an address that is not the server's own. */
export class Browser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async go(address: URL, init: RequestInit = {}): Promise<Page> {
    const response = await fetch(address, { ...init, redirect: "manual", headers: { cookie: this.#cookieHeader(address) } });
    this.#keepCookies(response, address);
    const location = response.headers.get("location");
    if (location === null) return { url: address, response };
    const next = new URL(location, address);
    return next.origin === this.#origin ? this.go(next) : { url: next, response };
  }

  #cookieHeader({ pathname }: URL): string {
    const here = [...this.#cookies].filter(([, { path }]) => pathname.startsWith(path));
    return here.map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  #keepCookies(response: Response, { pathname }: URL): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split("; ");
      const path = attributes.find((attribute) => attribute.startsWith("path="))?.slice(5) ?? pathname;
      const at = pair.indexOf("=");
      const value = pair.slice(at + 1);
      if (value === "") this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), { value, path });
    }
  }
}
