/** The most bytes that the host gives in one call. */
const PIECE = 1 << 20;

/** All of what the host gives in pieces. */
export function whole(read: (offset: number, most: number) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = read(size, PIECE);
    parts.push(part);
    size += part.length;
    if (part.length < PIECE) break;
  }
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(size);
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
