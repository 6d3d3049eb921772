/** Asks web services. Grant: `http`, service by service. A redirect is an answer like any other: nothing follows it. */
import * as host from "goalpost:plugin/http@0.1.0";
import { ask } from "./error.ts";
import { bytes, mended, text } from "./prelude.ts";

/** What of a request has a default. */
export interface Options {
  /** As it is granted: `PUT`, never `put`. `GET` when not given. */
  method?: string;
  /** A value may hold `secret("NAME")`: the host fills it in, for the services that the secret was granted for. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Less time than the plugin has left. */
  timeoutMs?: number;
}

/** An answer, of any status. */
export class Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly #headers: host.Header[];

  /** @internal */
  constructor(response: host.Response) {
    this.status = response.status;
    this.body = response.body;
    this.#headers = response.headers;
  }

  /** The status is one of 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The first header of that name, in any case. */
  header(name: string): string | undefined {
    return this.#headers.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value;
  }

  text(): string {
    return text(this.body);
  }

  json<T>(): T {
    return JSON.parse(this.text()) as T;
  }
}

/** What stands in a header's value for a secret that the host fills in. The plugin never has it. */
export const secret = (name: string): string => `{{secret:${name}}}`;

/** Asks once. Throws a `HostError`: `denied`, `limit`, `timeout` or `transport`. */
export function request(url: string, options: Options = {}): Answer {
  const { method = "GET", body, timeoutMs } = options;
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => ({ name, value }));
  const sent = typeof body === "string" ? bytes(body) : body;
  return new Answer(ask(() => host.send(mended({ method, url, headers, body: sent, timeoutMs }))));
}
