/** Read access to the trees of the turn: never the live directory. Grant: `tree`. */
import * as host from "goalpost:plugin/tree@0.1.0";
import { ask, HostError } from "./error.ts";
import { mended, text } from "./prelude.ts";
import { whole } from "./whole.ts";
import type { Change } from "./types.ts";

export type Entry = host.Entry;

/** Entries that the host gives at a time. */
const PAGE = 10_000;

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
      const page = ask(() => this.#tree.entries(mended(prefix), after, PAGE));
      yield* page.entries;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** The entry at `path`; none where there is nothing. */
  find(path: string): Entry | undefined {
    return absent(() => this.#tree.stat(mended(path)));
  }

  /** A file's content, or a link's target; none where there is nothing. */
  read(path: string): Uint8Array | undefined {
    return absent(() => whole((at, most) => this.#tree.read(mended(path), at, most)));
  }

  /** A file's content as text. */
  text(path: string): string | undefined {
    const content = this.read(path);
    return content && text(content);
  }

  /** What differs from `base`, below `prefix`. */
  diff(base: Tree, prefix = ""): Change[] {
    return ask(() => this.#tree.diff(base.#tree, mended(prefix)));
  }

  /** One path's unified diff from `base`, at most `max` bytes. */
  patch(base: Tree, path: string, max = 64 << 10): string {
    return ask(() => this.#tree.patch(base.#tree, mended(path), max));
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
