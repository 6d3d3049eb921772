import { present } from "./prelude.ts";

/** An error that the host answered with: `kind` is one of the contract's words, such as `not-found` or `budget-exhausted`. */
export class HostError extends Error {
  readonly kind: string;

  constructor(kind: string, detail: string) {
    super(detail === "" ? kind : `${kind}: ${detail}`);
    this.name = "HostError";
    this.kind = kind;
  }
}

/** Calls the host, and throws a {@link HostError} where it answers with an error. */
export function ask<T>(call: () => T): T {
  try {
    return present(call());
  } catch (thrown) {
    const payload = (thrown as { payload?: unknown }).payload;
    if (payload === undefined) throw thrown;
    const { tag, val } = typeof payload === "string" ? { tag: payload, val: "" } : (payload as { tag: string; val?: string });
    throw new HostError(tag, val ?? "");
  }
}
