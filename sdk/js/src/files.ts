/** Folders that the user named for this plugin, as they were when the goal started. Grant: `files`. */
import * as host from "goalpost:plugin/files@0.1.0";
import { ask, HostError } from "./error.ts";
import { mended, text } from "./prelude.ts";
import { whole } from "./whole.ts";

export type File = host.File;

/** Files that the host gives at a time. */
const PAGE = 10_000;

/** The names of the folders. */
export const folders = (): string[] => host.folders();

/** The files of a folder below `prefix`, sorted by path. Asks the host page by page. */
export function* list(folder: string, prefix = ""): Generator<File> {
  let after: string | undefined;
  do {
    const page = ask(() => host.entries(mended(folder), mended(prefix), after, PAGE));
    yield* page.files;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

/** A file's content; none where there is nothing. */
export function read(folder: string, path: string): Uint8Array | undefined {
  try {
    return whole((at, most) => ask(() => host.read(mended(folder), mended(path), at, most)));
  } catch (error) {
    if (error instanceof HostError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** A file's content as text. */
export function readText(folder: string, path: string): string | undefined {
  const content = read(folder, path);
  return content && text(content);
}
