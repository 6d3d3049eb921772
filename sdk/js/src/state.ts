/** What a plugin remembers of a goal, from turn to turn. Kept with the turn's verdict. Grant: `state`. */
import * as host from "goalpost:plugin/state@0.1.0";
import { ask } from "./error.ts";
import { bytes, mended, text } from "./prelude.ts";

/** The value of a key; none where it has none. */
export const get = (key: string): Uint8Array | undefined => ask(() => host.get(mended(key))) ?? undefined;

/** The value of a key as text. */
export function getText(key: string): string | undefined {
  const value = get(key);
  return value && text(value);
}

/** Gives a key a value. */
export function set(key: string, value: Uint8Array | string): void {
  ask(() => host.set(mended(key), typeof value === "string" ? bytes(value) : value));
}

/** Takes a key away; whether it had a value. */
export const remove = (key: string): boolean => ask(() => host.delete(mended(key)));

/** The keys that start with `prefix`, sorted. */
export const keys = (prefix = ""): string[] => ask(() => host.keys(mended(prefix)));
