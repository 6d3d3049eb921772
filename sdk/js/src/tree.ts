/** Read access to the trees of the turn: never the live directory. Grant: `tree`. */
import * as host from "goalpost:plugin/tree@0.1.0";
import { ask, HostError } from "./error.ts";
import { text } from "./prelude.ts";
import type { Change } from "./types.ts";

export type Entry = host.Entry;

/** Entries that the host gives at a time, and bytes of one read. */
const PAGE = 10_000;
const READ = 1 << 20;

/** One git tree. */
export class Tree {
  readonly #tree: host.Tree;

  /** @internal */
  constructor(tree: host.Tree) {
    this.#tree = tree;
  }

  get id(): string {
    return this.#tree.id();
  }

  /** Files, links and submodules below `prefix`, sorted by path. Asks the host page by page. */
  *entries(prefix = ""): Generator<Entry> {
    let after: string | undefined;
    do {
      const page = ask(() => this.#tree.entries(prefix, after, PAGE));
      yield* page.entries;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** The entry at `path`; none where there is nothing. */
  find(path: string): Entry | undefined {
    return absent(() => this.#tree.stat(path));
  }

  /** A file's content, or a link's target; none where there is nothing. */
  read(path: string): Uint8Array | undefined {
    return absent(() => {
      const parts: Uint8Array[] = [];
      let size = 0;
      for (;;) {
        const part = this.#tree.read(path, size, READ);
        parts.push(part);
        size += part.length;
        if (part.length < READ) break;
      }
      if (parts.length === 1) return parts[0]!;
      const whole = new Uint8Array(size);
      parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
      return whole;
    });
  }

  /** A file's content as text. */
  text(path: string): string | undefined {
    const content = this.read(path);
    return content && text(content);
  }

  /** What differs from `base`, below `prefix`. */
  diff(base: Tree, prefix = ""): Change[] {
    return ask(() => this.#tree.diff(base.#tree, prefix));
  }

  /** One path's unified diff from `base`, at most `max` bytes. */
  patch(base: Tree, path: string, max = 64 << 10): string {
    return ask(() => this.#tree.patch(base.#tree, path, max));
  }
}

function absent<T>(call: () => T): T | undefined {
  try {
    return ask(call);
  } catch (error) {
    if (error instanceof HostError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** The workspace when the goal started. */
export const baseline = (): Tree => new Tree(host.baseline());
/** The workspace when the worker's turn ended. */
export const candidate = (): Tree => new Tree(host.candidate());
/** What is verified. */
export const sealed = (): Tree => new Tree(host.sealed());
