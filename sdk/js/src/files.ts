/** Folders that the user named for this plugin, as they were when the goal started. Grant: `files`. */
import * as host from "goalpost:plugin/files@0.1.0";
import { ask, HostError } from "./error.ts";
import { text } from "./prelude.ts";

export type File = host.File;

/** Files that the host gives at a time, and bytes of one read. */
const PAGE = 10_000;
const READ = 1 << 20;

/** The names of the folders. */
export const folders = (): string[] => host.folders();

/** The files of a folder below `prefix`, sorted by path. Asks the host page by page. */
export function* list(folder: string, prefix = ""): Generator<File> {
  let after: string | undefined;
  do {
    const page = ask(() => host.entries(folder, prefix, after, PAGE));
    yield* page.files;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

/** A file's content; none where there is nothing. */
export function read(folder: string, path: string): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const part = ask(() => host.read(folder, path, size, READ));
      parts.push(part);
      size += part.length;
      if (part.length < READ) break;
    }
  } catch (error) {
    if (error instanceof HostError && error.kind === "not-found") return undefined;
    throw error;
  }
  const whole = new Uint8Array(size);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** A file's content as text. */
export function readText(folder: string, path: string): string | undefined {
  const content = read(folder, path);
  return content && text(content);
}
