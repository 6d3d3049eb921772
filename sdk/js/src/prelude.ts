/**
 * What programs expect of a global scope and QuickJS does not have: `console`, which writes to the plugin's log, and
 * `TextEncoder` and `TextDecoder`, for UTF-8. There are no timers, because a plugin has no event loop to wait in.
 */
import { write } from "goalpost:plugin/log@0.1.0";

type Level = "trace" | "debug" | "info" | "warn" | "error";

/** A value as a log shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}${value.stack ? `\n${value.stack.trimEnd()}` : ""}`;
  try {
    const seen = new Set<object>();
    const text = JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner === "bigint") return `${inner}n`;
      if (typeof inner === "function") return `[function ${inner.name}]`;
      if (inner instanceof Map) return Object.fromEntries(inner);
      if (inner instanceof Set) return [...inner];
      if (typeof inner === "object" && inner !== null) {
        if (seen.has(inner)) return "[seen above]";
        seen.add(inner);
      }
      return inner;
    });
    return text ?? String(value);
  } catch {
    return String(value);
  }
}

/**
 * The same with U+FFFD for each half of a surrogate pair, such as `slice` leaves where it cuts a character: the host takes no
 * such text, and ends the component that hands it one. Looks into arrays and plain objects.
 */
export function mended<T>(value: T): T {
  if (typeof value === "string") return value.replace(/[\ud800-\udfff]/gu, "\ufffd") as T;
  if (Array.isArray(value)) return value.map(mended) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mended(inner)])) as T;
}

/** The same, changed in place, without the `null`s that the tool chain gives for what there is none of. */
export function present<T>(value: T): T {
  if (value === null) return undefined as T;
  if (Array.isArray(value)) value.forEach(present);
  else if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const fields = value as Record<string, unknown>;
    for (const [name, inner] of Object.entries(fields)) {
      if (inner === null) delete fields[name];
      else present(inner);
    }
  }
  return value;
}

const line = (level: Level) => (...values: unknown[]): void => write(level, mended(values.map(shown).join(" ")));

const scope = globalThis as Record<string, unknown>;

scope["console"] ??= {
  trace: line("trace"),
  debug: line("debug"),
  log: line("info"),
  info: line("info"),
  warn: line("warn"),
  error: line("error"),
  assert(holds: unknown, ...values: unknown[]) {
    if (!holds) line("error")("assertion failed:", ...values);
  },
};

class Utf8Encoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      let point = character.codePointAt(0) ?? 0;
      if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
      if (point < 0x80) bytes.push(point);
      else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
      else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
      else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    }
    return new Uint8Array(bytes);
  }
}

/** Decodes UTF-8 as the Encoding Standard has it: each maximal part of an ill-formed sequence becomes U+FFFD. */
class Utf8Decoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;

  constructor(label = "utf-8", options: { fatal?: boolean } = {}) {
    if (!/^(utf-?8|unicode-1-1-utf-8)$/i.test(label.trim())) throw new RangeError(`only UTF-8 is there, not ${label}`);
    this.fatal = options.fatal ?? false;
  }

  decode(input?: Uint8Array | ArrayBuffer): string {
    const bytes = input instanceof ArrayBuffer ? new Uint8Array(input) : (input ?? new Uint8Array());
    let text = "";
    let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (at < bytes.length) {
      const first = bytes[at++]!;
      if (first < 0x80) {
        text += String.fromCharCode(first);
        continue;
      }
      let more = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
      let point = more === 0 ? -1 : first & (0x3f >> more);
      // The second byte's range leaves out overlong forms, surrogates and what is past U+10FFFF.
      let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      for (; more > 0; more--) {
        const next = bytes[at];
        if (next === undefined || next < low || next > high) {
          point = -1;
          break;
        }
        point = (point << 6) | (next & 63);
        [low, high] = [0x80, 0xbf];
        at++;
      }
      if (point < 0 && this.fatal) throw new TypeError("the bytes are not UTF-8");
      text += point < 0 ? "\ufffd" : String.fromCodePoint(point);
    }
    return text;
  }
}

scope["TextEncoder"] ??= Utf8Encoder;
scope["TextDecoder"] ??= Utf8Decoder;

/** UTF-8 as text; what is none becomes U+FFFD. */
export const text = (bytes: Uint8Array): string => new Utf8Decoder().decode(bytes);

/** Text as UTF-8. */
export const bytes = (text: string): Uint8Array => new Utf8Encoder().encode(text);
